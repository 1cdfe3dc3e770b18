import { describe, expect, it } from 'vitest';
import { createRandom } from '#mlx/stats/random.js';
import { childOf, scoreTrees, type Tree, type TreeEnsemble } from '#mlx/training/ensemble.js';
import { contributedScores, contributionsOf } from '#mlx/training/explain/contributions.js';
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

/** Largest distance between the raw score and expected value plus contributions, relative to the score's size. */
function gapOf(ensemble: TreeEnsemble, matrix: Matrix): number {
  const added = contributedScores(contributionsOf({ scorer: ensemble }, matrix));
  const scores = scoreTrees(ensemble, matrix);
  return scores.reduce(
    (most, score, i) => Math.max(most, Math.abs(score - added[i]!) / Math.max(1, Math.abs(score))),
    0,
  );
}

describe('TreeSHAP', () => {
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
