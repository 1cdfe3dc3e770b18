import { BIN_STRIDE } from './binning.js';
import { BITMAP_WORDS } from './occupied-bins.js';
import type { SampledRows } from './sampled-rows.js';

/** Columns that are counted in one pass over the rows. */
export const LANES = 4;

/**
 * Class weights per bin for up to four columns at a time. All entries are zero between splits: a scan clears
 * what it has read.
 */
export interface GiniCounts {
  readonly classes: number;
  /** A row's payload is `draws << classBits | class`. */
  readonly classBits: number;
  /** Entries of one lane in `weights`: 256 × classes. */
  readonly laneSize: number;
  /** `lanes × bins × classes`. */
  readonly weights: Int32Array;
  /** `lanes × words`: which bins have rows. */
  readonly bitmaps: Int32Array;
  /** The bins of the column under scan. */
  readonly occupied: Int32Array;
  /** Weight of each class in the node. */
  readonly nodeWeights: Float64Array;
}

export function createGiniCounts(classes: number): GiniCounts {
  return {
    classes,
    classBits: 32 - Math.clz32(classes - 1),
    laneSize: BIN_STRIDE * classes,
    weights: new Int32Array(LANES * BIN_STRIDE * classes),
    bitmaps: new Int32Array(LANES * BITMAP_WORDS),
    occupied: new Int32Array(BIN_STRIDE),
    nodeWeights: new Float64Array(classes),
  };
}

/** Counts rows `start ... end` into lane 0 and marks the bins (`offset`: where the column's bins begin). */
export type MarkOne = (offset: number, start: number, end: number) => void;
/** Counts rows `start ... end` into all four lanes. */
export type FillFour = (o0: number, o1: number, o2: number, o3: number, start: number, end: number) => void;
/** Lists the occupied bins of a lane whose bins are not marked; gives their number. */
export type ListLane = (lane: number, binCount: number) => number;

export function createMarkOne(columnBins: Uint8Array, sample: SampledRows, counts: GiniCounts): MarkOne {
  const bins = columnBins;
  const { rows, payload } = sample;
  const { classes, classBits, weights, bitmaps } = counts;
  const classMask = (1 << classBits) - 1;
  return (offset, start, end) => {
    for (let i = start; i < end; i++) {
      const code = payload[i] as number;
      const bin = bins[offset + (rows[i] as number)] as number;
      (weights[bin * classes + (code & classMask)] as number) += code >> classBits;
      (bitmaps[bin >> 5] as number) |= 1 << (bin & 31);
    }
  };
}

/** Marks nothing: for nodes that fill most bins anyway. */
export function createFillFour(columnBins: Uint8Array, sample: SampledRows, counts: GiniCounts): FillFour {
  const bins = columnBins;
  const { rows, payload } = sample;
  const { classes, classBits, laneSize, weights } = counts;
  const classMask = (1 << classBits) - 1;
  return (o0, o1, o2, o3, start, end) => {
    for (let i = start; i < end; i++) {
      const code = payload[i] as number;
      const row = rows[i] as number;
      const label = code & classMask;
      const draws = code >> classBits;
      (weights[(bins[o0 + row] as number) * classes + label] as number) += draws;
      (weights[(bins[o1 + row] as number) * classes + label + laneSize] as number) += draws;
      (weights[(bins[o2 + row] as number) * classes + label + 2 * laneSize] as number) += draws;
      (weights[(bins[o3 + row] as number) * classes + label + 3 * laneSize] as number) += draws;
    }
  };
}

/** Marks the bins as well: for small nodes. */
export function createMarkFour(columnBins: Uint8Array, sample: SampledRows, counts: GiniCounts): FillFour {
  const bins = columnBins;
  const { rows, payload } = sample;
  const { classes, classBits, laneSize, weights, bitmaps } = counts;
  const classMask = (1 << classBits) - 1;
  return (o0, o1, o2, o3, start, end) => {
    for (let i = start; i < end; i++) {
      const code = payload[i] as number;
      const row = rows[i] as number;
      const label = code & classMask;
      const draws = code >> classBits;
      const b0 = bins[o0 + row] as number;
      const b1 = bins[o1 + row] as number;
      const b2 = bins[o2 + row] as number;
      const b3 = bins[o3 + row] as number;
      (weights[b0 * classes + label] as number) += draws;
      (weights[b1 * classes + label + laneSize] as number) += draws;
      (weights[b2 * classes + label + 2 * laneSize] as number) += draws;
      (weights[b3 * classes + label + 3 * laneSize] as number) += draws;
      (bitmaps[b0 >> 5] as number) |= 1 << (b0 & 31);
      (bitmaps[BITMAP_WORDS + (b1 >> 5)] as number) |= 1 << (b1 & 31);
      (bitmaps[2 * BITMAP_WORDS + (b2 >> 5)] as number) |= 1 << (b2 & 31);
      (bitmaps[3 * BITMAP_WORDS + (b3 >> 5)] as number) |= 1 << (b3 & 31);
    }
  };
}

export function createListLane(counts: GiniCounts): ListLane {
  const { classes, laneSize, weights, occupied } = counts;
  return (lane, binCount) => {
    let size = 0;
    let entry = lane * laneSize;
    for (let bin = 0; bin < binCount; bin++) {
      let any = 0;
      for (let k = 0; k < classes; k++) any |= weights[entry++] as number;
      if (any !== 0) occupied[size++] = bin;
    }
    return size;
  };
}
