import { BIN_STRIDE } from './binning.js';
import { BITMAP_WORDS, createBinList } from './occupied-bins.js';

/** Columns that are summed in one pass over the rows. */
export const LANES = 4;

/** Target sums and weights per bin for up to four columns at a time; all zero between splits. */
export interface VarianceSums {
  /** `lanes × bins × 2`: Σ draws · target, Σ draws. */
  readonly sums: Float64Array;
  /** `lanes × words`: which bins have rows. */
  readonly bitmaps: Int32Array;
  /** The bins of the column under scan; see createBinList. */
  readonly binList: Int32Array;
  /** Of each sampled row of the node, by position: draws · target, draws. */
  readonly scaled: Float64Array;
  readonly weights: Float64Array;
  /** Of the node: Σ draws · target, Σ draws. */
  readonly node: Float64Array;
}

export const LANE_SIZE = 2 * BIN_STRIDE;

export function createVarianceSums(rows: number): VarianceSums {
  return {
    sums: new Float64Array(LANES * LANE_SIZE),
    bitmaps: new Int32Array(LANES * BITMAP_WORDS),
    binList: createBinList(),
    scaled: new Float64Array(rows),
    weights: new Float64Array(rows),
    node: new Float64Array(2),
  };
}

/** Sums rows `start ... end` into lane 0 and marks the bins (`offset`: where the column's bins begin). */
export type SumOne = (offset: number, start: number, end: number) => void;
/** Sums them into all four lanes and marks the bins. */
export type SumFour = (o0: number, o1: number, o2: number, o3: number, start: number, end: number) => void;

export function createSumOne(columnBins: Uint8Array, sampledRows: Int32Array, into: VarianceSums): SumOne {
  const bins = columnBins;
  const rows = sampledRows;
  const { sums, bitmaps, scaled, weights } = into;
  return (offset, start, end) => {
    for (let i = start; i < end; i++) {
      const bin = bins[offset + (rows[i] as number)] as number;
      (sums[2 * bin] as number) += scaled[i] as number;
      (sums[2 * bin + 1] as number) += weights[i] as number;
      (bitmaps[bin >> 5] as number) |= 1 << (bin & 31);
    }
  };
}

export function createSumFour(columnBins: Uint8Array, sampledRows: Int32Array, into: VarianceSums): SumFour {
  const bins = columnBins;
  const rows = sampledRows;
  const { sums, bitmaps, scaled, weights } = into;
  return (o0, o1, o2, o3, start, end) => {
    for (let i = start; i < end; i++) {
      const row = rows[i] as number;
      const draws = weights[i] as number;
      const value = scaled[i] as number;
      const b0 = bins[o0 + row] as number;
      const b1 = bins[o1 + row] as number;
      const b2 = bins[o2 + row] as number;
      const b3 = bins[o3 + row] as number;
      (sums[2 * b0] as number) += value;
      (sums[2 * b0 + 1] as number) += draws;
      (sums[LANE_SIZE + 2 * b1] as number) += value;
      (sums[LANE_SIZE + 2 * b1 + 1] as number) += draws;
      (sums[2 * LANE_SIZE + 2 * b2] as number) += value;
      (sums[2 * LANE_SIZE + 2 * b2 + 1] as number) += draws;
      (sums[3 * LANE_SIZE + 2 * b3] as number) += value;
      (sums[3 * LANE_SIZE + 2 * b3 + 1] as number) += draws;
      (bitmaps[b0 >> 5] as number) |= 1 << (b0 & 31);
      (bitmaps[BITMAP_WORDS + (b1 >> 5)] as number) |= 1 << (b1 & 31);
      (bitmaps[2 * BITMAP_WORDS + (b2 >> 5)] as number) |= 1 << (b2 & 31);
      (bitmaps[3 * BITMAP_WORDS + (b3 >> 5)] as number) |= 1 << (b3 & 31);
    }
  };
}
