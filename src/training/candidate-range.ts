import { BIN_STRIDE } from './binning.js';

/** Split points of a column that may be taken: after entries `from ... to − 1` of its bin list. */
export interface CandidateRange {
  from: number;
  to: number;
}

/** Sets the range for the column at `offset`, whose bins are `size` entries of the bin list from `first` on. */
export type LimitCandidates = (
  offset: number,
  first: number,
  size: number,
  start: number,
  end: number,
) => void;

/** Every split leaves at least `minSamplesLeaf` rows on either side; rows count once, however often drawn. */
export function createLimitCandidates(
  columnBins: Uint8Array,
  rows: Int32Array,
  binList: Int32Array,
  minSamplesLeaf: number,
  range: CandidateRange,
): LimitCandidates {
  if (minSamplesLeaf <= 1) {
    return (_offset, first, size) => {
      range.from = first;
      range.to = first + size - 1;
    };
  }
  const counts = new Int32Array(BIN_STRIDE);
  const rowsAt = (at: number) => counts[binList[at] as number] as number;
  return (offset, first, size, start, end) => {
    counts.fill(0);
    for (let i = start; i < end; i++)
      (counts[columnBins[offset + (rows[i] as number)] as number] as number)++;
    let from = first;
    for (let left = rowsAt(from); left < minSamplesLeaf && from < first + size - 1; ) left += rowsAt(++from);
    let to = first + size - 1;
    for (let right = rowsAt(to); right < minSamplesLeaf && to > first; ) right += rowsAt(--to);
    range.from = from;
    range.to = to;
  };
}
