import { MlxError } from '../../errors.js';
import type { Weights } from './weighted-mean.js';

/**
 * Weight of the rows of (true class, predicted class), row-major: cell truth·classes + predicted.
 *
 * @throws DATA_INVALID when an entry is no whole number in [0, classes), NaN included
 */
export function confusionMatrix(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
  weights?: Weights,
): Float64Array {
  return sumByCell(confusionCells(truth, predicted, classes), classes * classes, weights);
}

/** The cell of each row; same errors. */
export function confusionCells(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): Int32Array {
  const cells = new Int32Array(truth.length);
  for (let row = 0; row < truth.length; row++) {
    const actual = checkClass(truth[row] as number, row, classes);
    cells[row] = actual * classes + checkClass(predicted[row] as number, row, classes);
  }
  return cells;
}

/** Weight of the rows in each of `count` cells. */
export function sumByCell(cells: Int32Array, count: number, weights?: Weights): Float64Array {
  const sums = new Float64Array(count);
  for (let row = 0; row < cells.length; row++) {
    (sums[cells[row] as number] as number) += weights === undefined ? 1 : (weights[row] as number);
  }
  return sums;
}

function checkClass(value: number, row: number, classes: number): number {
  if (Number.isInteger(value) && value >= 0 && value < classes) return value;
  throw new MlxError(
    'DATA_INVALID',
    `Row ${row} has the class index ${value}; 0 to ${classes - 1} are possible.`,
    {
      hint: 'Leave rows without a label out before measuring.',
    },
  );
}
