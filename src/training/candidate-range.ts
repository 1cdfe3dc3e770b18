import { BIN_STRIDE } from './binning.js';
import type { SampledRows } from './sampled-rows.js';

/** Split points of a column that may be taken: after the occupied bins number `from ... to − 1`. */
export interface CandidateRange {
  from: number;
  to: number;
}

/** Sets the range for the column at `offset`, whose `size` occupied bins are listed. */
export type LimitCandidates = (offset: number, size: number, start: number, end: number) => void;

/** Every split leaves at least `minSamplesLeaf` rows on either side; rows count once, however often drawn. */
export function createLimitCandidates(
  columnBins: Uint8Array,
  sample: SampledRows,
  occupied: Int32Array,
  minSamplesLeaf: number,
  range: CandidateRange,
): LimitCandidates {
  if (minSamplesLeaf <= 1) {
    return (_offset, size) => {
      range.from = 0;
      range.to = size - 1;
    };
  }
  const { rows } = sample;
  const counts = new Int32Array(BIN_STRIDE);
  return (offset, size, start, end) => {
    counts.fill(0);
    for (let i = start; i < end; i++)
      (counts[columnBins[offset + (rows[i] as number)] as number] as number)++;
    let from = 0;
    let left = counts[occupied[0] as number] as number;
    while (left < minSamplesLeaf && from < size - 1) left += counts[occupied[++from] as number] as number;
    let last = size - 1;
    let right = counts[occupied[last] as number] as number;
    while (right < minSamplesLeaf && last > 0) right += counts[occupied[--last] as number] as number;
    range.from = from;
    range.to = last;
  };
}
