import { rankAt } from './forest-histogram';
import { ranksOf, recordBytes, records, spare } from './forest-state';

/** Of the last partition: the largest rank on the left and the smallest on the right. */
export let leftRank: i32 = 0;
export let rightRank: i32 = 0;

/**
 * Moves the records of the range `start … end` whose rank in the column is below `bound` to its front and keeps their order
 * on both sides; gives where the others start.
 */
export function partition<T>(column: i32, bound: i32, start: i32, end: i32): i32 {
  const columnRanks = ranksOf(column);
  const size = recordBytes<T>();
  const first = records + <usize>start * size;
  const stop = records + <usize>end * size;
  let left = first;
  let right = spare;
  let most = -1;
  let least = 65_536;
  for (let at = first; at < stop; at += size) {
    const rank = rankAt(columnRanks, load<u32>(at));
    const goesLeft = rank < bound;
    // no branch: each record is written to both places, and only one of the two positions moves on
    if (size === 16) {
      const record = v128.load(at);
      v128.store(left, record);
      v128.store(right, record);
    } else {
      const record = load<u64>(at);
      store<u64>(left, record);
      store<u64>(right, record);
    }
    left += select<usize>(size, 0, goesLeft);
    right += select<usize>(0, size, goesLeft);
    most = max(most, select(rank, -1, goesLeft));
    least = min(least, select(65_536, rank, goesLeft));
  }
  memory.copy(left, spare, right - spare);
  leftRank = most;
  rightRank = least;
  return <i32>((left - records) / size);
}
