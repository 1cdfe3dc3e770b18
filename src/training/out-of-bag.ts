import { setImmediate as nextTurn } from 'node:timers/promises';
import { createRandom, type Random } from '../stats/random.js';
import { findLeaf, type Tree } from './ensemble.js';
import type { Matrix } from './matrix.js';
import { linkScores, type Model } from './model.js';

/** What a forest says of its own training rows, each by the trees that were grown without it. */
export interface OutOfBag {
  /** The training rows that some tree was grown without, ascending. */
  readonly rows: Int32Array;
  /** Of those rows: probabilities, rows × classes row-major, or values. */
  readonly predictions: Float32Array;
}

/** How the rows of a forest's trees were drawn. */
export interface TreeDraws {
  readonly seed: number;
  /** Number of each tree, by which its rows were drawn. */
  readonly trees: readonly number[];
  /** Rows drawn for a tree, with replacement. */
  readonly sampleSize: number;
}

/** How many trees are scored between two turns of the event loop. */
const TREES_A_TURN = 4;

/**
 * Scikit-learn's `oob_decision_function_` and `oob_prediction_` (L. Breiman, "Out-of-bag estimation", 1996). The rows of a tree
 * are drawn again: they follow from seed and number. Rows that every tree has seen are left out.
 *
 * @param model a forest: trees, and the link `identity`
 * @param matrix the rows that it was trained on
 * @throws the signal's reason when it is aborted
 */
export async function predictOutOfBag(
  model: Model,
  matrix: Matrix,
  draws: TreeDraws,
  signal: AbortSignal | undefined,
): Promise<OutOfBag> {
  const { scorer } = model;
  if (scorer.kind !== 'trees') return { rows: new Int32Array(), predictions: new Float32Array() };
  const { rows, columns, data } = matrix;
  const { outputs } = scorer;
  const sums = new Float64Array(rows * outputs);
  const counts = new Int32Array(rows);
  const isDrawn = new Uint8Array(rows);
  for (const [place, tree] of scorer.trees.entries()) {
    drawWithReplacement(isDrawn, draws.sampleSize, createRandom(draws.seed, draws.trees[place]));
    for (let row = 0; row < rows; row++) {
      if (isDrawn[row] === 1) continue;
      (counts[row] as number)++;
      addLeaf(sums, row * outputs, tree, outputs, findLeaf(tree, data, row * columns));
    }
    if (place % TREES_A_TURN === 0) await nextTurn();
    signal?.throwIfAborted();
  }
  const left = Int32Array.from(counts.keys()).filter((row) => (counts[row] as number) > 0);
  const scores = new Float32Array(left.length * outputs);
  left.forEach((row, at) => {
    for (let output = 0; output < outputs; output++) {
      const mean = (sums[row * outputs + output] as number) / (counts[row] as number);
      scores[at * outputs + output] = mean + (scorer.base[output] as number);
    }
  });
  return { rows: left, predictions: linkScores(model, scores) };
}

/** The rows that kernels/forest-draw.ts draws from the same random numbers. */
function drawWithReplacement(isDrawn: Uint8Array, size: number, random: Random): void {
  isDrawn.fill(0);
  for (let i = 0; i < size; i++) isDrawn[random.int(isDrawn.length)] = 1;
}

function addLeaf(sums: Float64Array, at: number, { value }: Tree, outputs: number, leaf: number): void {
  for (let output = 0; output < outputs; output++)
    (sums[at + output] as number) += value[leaf * outputs + output] as number;
}
