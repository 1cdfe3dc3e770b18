import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRandom } from '#mlx/stats/random.js';
import { childOf, scoreTrees, type Tree, type TreeEnsemble } from '#mlx/training/ensemble.js';
import { type Contributions, contributionsOf } from '#mlx/training/explain/contributions.js';
import type { Matrix } from '#mlx/training/matrix.js';
import { ensembleOf, randomTree, type TreeShape } from './random-trees.js';

/** Values in −1 ... 1, some of them missing. */
function randomRows(rows: number, columns: number, seed: number, missing = 0.1): Matrix {
  const random = createRandom(seed, 1);
  const data = Float32Array.from({ length: rows * columns }, () =>
    random.next() < missing ? Number.NaN : random.next() * 2 - 1,
  );
  return { rows, columns, data };
}

/** The tree's value where only the columns in `known` are known: unknown ones go both ways, weighted by the covers. */
function valueKnowing(
  tree: Tree,
  row: Float32Array,
  known: number,
  output: number,
  outputs: number,
  node = 0,
): number {
  const feature = tree.feature[node]!;
  if (feature < 0) return tree.value[node * outputs + output]!;
  const below = (child: number) => valueKnowing(tree, row, known, output, outputs, child);
  if (known & (1 << feature)) return below(childOf(tree, node, row[feature]!));
  const [left, right] = [tree.left[node]!, tree.right[node]!];
  return (tree.cover[left]! * below(left) + tree.cover[right]! * below(right)) / tree.cover[node]!;
}

/** Shapley's formula over every subset of the columns. */
function bruteForce(
  { trees, columns, outputs, divisor }: TreeEnsemble,
  row: Float32Array,
  output: number,
): number[] {
  const factorials = [1];
  for (let n = 1; n <= columns; n++) factorials.push(factorials[n - 1]! * n);
  const values = Array.from({ length: 2 ** columns }, (_, known) =>
    trees.reduce((sum, tree) => sum + valueKnowing(tree, row, known, output, outputs) / divisor, 0),
  );
  return Array.from({ length: columns }, (_, column) => {
    let sum = 0;
    for (let known = 0; known < 2 ** columns; known++) {
      if (known & (1 << column)) continue;
      const size = known.toString(2).replaceAll('0', '').length;
      const weight = (factorials[size]! * factorials[columns - size - 1]!) / factorials[columns]!;
      sum += weight * (values[known | (1 << column)]! - values[known]!);
    }
    return sum;
  });
}

/** Raw scores as the contributions add up to them: row-major `rows × outputs`. */
function contributedScores({ rows, outputs, columns, values, expected }: Contributions): Float64Array {
  const scores = new Float64Array(rows * outputs);
  for (let i = 0; i < scores.length; i++) {
    let score = expected[i % outputs]!;
    for (let at = i * columns; at < (i + 1) * columns; at++) score += values[at]!;
    scores[i] = score;
  }
  return scores;
}

/** Largest distance between the raw score and expected value plus contributions, relative to the score's size. */
function gapOf(ensemble: TreeEnsemble, matrix: Matrix): number {
  const added = contributedScores(contributionsOf({ scorer: ensemble }, matrix));
  const scores = scoreTrees(ensemble, matrix);
  return scores.reduce(
    (most, score, i) => Math.max(most, Math.abs(score - added[i]!) / Math.max(1, Math.abs(score))),
    0,
  );
}

/** A node as XGBoost's dump was written to the golden file. */
interface DumpedNode {
  readonly feature?: number;
  readonly threshold?: number;
  readonly missingLeft?: number;
  readonly left?: number;
  readonly right?: number;
  readonly leaf?: number;
  readonly cover: number;
}

interface XgboostCase {
  readonly case: string;
  readonly outputs: number;
  readonly trees: readonly (readonly DumpedNode[])[];
  readonly rows: readonly (readonly (number | null)[])[];
  /** rows × outputs × (columns, then the expected value) */
  readonly contributions: readonly (readonly (readonly number[])[])[];
}

const XGBOOST = JSON.parse(
  readFileSync(new URL('../golden/tree_shap.json', import.meta.url), 'utf8'),
) as XgboostCase[];

/** Tree i of a multi-class booster speaks of class i modulo the number of classes. */
function treeOf(nodes: readonly DumpedNode[], output: number, outputs: number): Tree {
  const value = new Float64Array(nodes.length * outputs);
  nodes.forEach(({ leaf = 0 }, node) => {
    value[node * outputs + output] = leaf;
  });
  return {
    feature: Int32Array.from(nodes, ({ feature = -1 }) => feature),
    threshold: Float32Array.from(nodes, ({ threshold = 0 }) => threshold),
    left: Int32Array.from(nodes, ({ left = 0 }) => left),
    right: Int32Array.from(nodes, ({ right = 0 }) => right),
    missingLeft: Uint8Array.from(nodes, ({ missingLeft = 0 }) => missingLeft),
    cover: Float32Array.from(nodes, ({ cover }) => cover),
    value,
  };
}

describe('TreeSHAP', () => {
  it.each(XGBOOST)(
    'gives what XGBoost gives on the same trees: $case',
    ({ outputs, trees, rows, contributions }) => {
      const columns = rows[0]!.length;
      const ensemble = {
        ...ensembleOf(
          trees.map((nodes, i) => treeOf(nodes, i % outputs, outputs)),
          columns,
          outputs,
        ),
        base: new Float64Array(outputs),
      };
      const data = Float32Array.from(rows.flat(), (value) => value ?? Number.NaN);
      const { values, expected } = contributionsOf(
        { scorer: ensemble },
        { rows: rows.length, columns, data },
      );
      // XGBoost adds its base score to the expected value, and computes in float32
      const base = contributions[0]!.map((own, output) => own[columns]! - expected[output]!);
      for (const offset of base) expect(offset).toBeCloseTo(base[0]!, 4);
      contributions.flat().forEach((own, i) => {
        const ours = values.subarray(i * columns, (i + 1) * columns);
        for (let column = 0; column < columns; column++)
          expect(Math.abs(ours[column]! - own[column]!)).toBeLessThan(
            2e-5 * Math.max(1, Math.abs(own[column]!)),
          );
      });
    },
  );

  it.each<[string, TreeShape, number, number]>([
    ['one stump', { columns: 3, depth: 1 }, 1, 1],
    ['trees without repeated columns in sight', { columns: 8, depth: 3 }, 4, 1],
    ['trees that look at the same columns again and again', { columns: 3, depth: 9 }, 3, 1],
    ['one column alone', { columns: 1, depth: 6 }, 2, 7],
    ['several outputs and a divisor', { columns: 5, depth: 5, outputs: 3 }, 4, 4],
    ['a chain', { columns: 6, depth: 25, kind: 'chain', split: 1 }, 1, 1],
  ])('gives the Shapley values of every subset: %s', (_, shape, count, divisor) => {
    for (let seed = 0; seed < 5; seed++) {
      const trees = Array.from({ length: count }, (_, i) => randomTree(shape, 100 * seed + i));
      const ensemble = ensembleOf(trees, shape.columns, shape.outputs ?? 1, divisor);
      const matrix = randomRows(19, shape.columns, seed);
      const { values, outputs, columns } = contributionsOf({ scorer: ensemble }, matrix);
      for (let row = 0; row < matrix.rows; row++) {
        const own = matrix.data.subarray(row * columns, (row + 1) * columns);
        for (let output = 0; output < outputs; output++) {
          bruteForce(ensemble, own, output).forEach((value, column) => {
            // covers are float32, and so their sums
            expect(values[(row * outputs + output) * columns + column]).toBeCloseTo(value, 6);
          });
        }
      }
    }
  });

  it.each<[string, TreeShape]>([
    ['of depth 6', { columns: 20, depth: 6, split: 1 }],
    ['of depth 14 over 40 columns', { columns: 40, depth: 14, split: 0.95 }],
    ['a chain of depth 64 over as many columns', { columns: 64, depth: 64, kind: 'chain', split: 1 }],
    ['a chain of depth 300 over 200 columns', { columns: 200, depth: 300, kind: 'chain', split: 1 }],
  ])('adds up to the raw score: trees %s', (_, shape) => {
    const trees = Array.from({ length: 5 }, (_, seed) => randomTree(shape, seed));
    expect(gapOf(ensembleOf(trees, shape.columns), randomRows(40, shape.columns, 3))).toBeLessThan(1e-10);
  });
});
