import { recordBytes, records, rows, rowStride, spare, targets, weights } from './forest-state';
import { nextBelow, seedRandom } from './random';

/**
 * Draws the rows of a tree and writes their records, in the order of the table.
 *
 * @param size rows drawn
 * @param isBootstrap with replacement; otherwise without
 * @returns the number of records: rows that were drawn at all
 */
export function drawRows<T>(size: i32, isBootstrap: bool): i32 {
  const draws = spare;
  if (isBootstrap) {
    memory.fill(draws, 0, (<usize>rows) << 1);
    for (let i = 0; i < size; i++) {
      const at = draws + ((<usize>nextBelow(rows)) << 1);
      store<u16>(at, load<u16>(at) + 1);
    }
  } else {
    // selection sampling: row r is kept with the probability that the rows still wanted leave it
    let wanted = size;
    for (let row = 0; row < rows; row++) {
      const isKept = wanted === rows - row || <i32>nextBelow(rows - row) < wanted;
      wanted -= <i32>isKept;
      store<u16>(draws + ((<usize>row) << 1), isKept);
    }
  }
  let at = records;
  for (let row = 0; row < rows; row++) {
    const times = <i32>load<u16>(draws + ((<usize>row) << 1));
    store<u32>(at, <u32>(<usize>row * rowStride));
    writeRecord<T>(at, row, times);
    at += select<usize>(recordBytes<T>(), 0, times > 0);
  }
  return <i32>((at - records) / recordBytes<T>());
}

@inline
function writeRecord<T>(at: usize, row: i32, draws: i32): void {
  const target = load<f64>(targets + ((<usize>row) << 3));
  if (recordBytes<T>() === 16) {
    const weight: f32 = weights === 0 ? 1 : load<f32>(weights + ((<usize>row) << 2));
    store<f32>(at, <f32>draws * weight, 4);
    if (isVector<T>()) store<f64>(at, target, 8);
    else store<u32>(at, <u32>target, 8);
    return;
  }
  const label = <i32>target;
  store<u16>(at, <u16>draws, 4);
  store<u16>(at, <u16>(sizeof<T>() === 8 ? label * draws : label), 6);
}
