import { MlxError } from '../../errors.js';

/**
 * Counts of (true class, predicted class), row-major: cell truth·classes + predicted.
 *
 * @throws DATA_INVALID when an entry is no whole number in [0, classes), NaN included
 */
export function confusionMatrix(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): Float64Array {
  const counts = new Float64Array(classes * classes);
  for (let row = 0; row < truth.length; row++) {
    const actual = checkClass(truth[row] as number, row, classes);
    const guess = checkClass(predicted[row] as number, row, classes);
    const cell = actual * classes + guess;
    counts[cell] = (counts[cell] as number) + 1;
  }
  return counts;
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
