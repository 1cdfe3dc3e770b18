import { BIN_STRIDE } from './binning.js';
import { BITMAP_WORDS, createBinList } from './occupied-bins.js';

/** Columns that are counted in one pass over the rows. */
export const LANES = 4;

/**
 * `draws << classBits | class`. Sixteen bits hold 255 draws of a row and more, and no row is drawn that often:
 * with n draws from n rows the chance is below 1 / 256!.
 */
export type Codes = Uint16Array | Int32Array;

/**
 * Class weights per bin for up to four columns at a time. All entries are zero between splits: a scan clears
 * what it has read.
 */
export interface GiniCounts {
  readonly classes: number;
  readonly classBits: number;
  /** Entries of one lane in `weights`: 256 × classes. */
  readonly laneSize: number;
  /** `lanes × bins × classes`. */
  readonly weights: Int32Array;
  /** `lanes × words`: which bins have rows. */
  readonly bitmaps: Int32Array;
  /** The bins of the column under scan; see createBinList. */
  readonly binList: Int32Array;
  /** Code of each row of the table, and of each sampled row of the node by position. */
  readonly codeOfRow: Codes;
  readonly codes: Codes;
  /** Weight of each class in the node. */
  readonly nodeWeights: Float64Array;
}

export function createGiniCounts(rows: number, classes: number): GiniCounts {
  const classBits = 32 - Math.clz32(classes - 1);
  const CodeArray = classBits <= 8 ? Uint16Array : Int32Array;
  return {
    classes,
    classBits,
    laneSize: BIN_STRIDE * classes,
    weights: new Int32Array(LANES * BIN_STRIDE * classes),
    bitmaps: new Int32Array(LANES * BITMAP_WORDS),
    binList: createBinList(),
    codeOfRow: new CodeArray(rows),
    codes: new CodeArray(rows),
    nodeWeights: new Float64Array(classes),
  };
}

/** Counts rows `start ... end` into lane 0 and marks the bins (`offset`: where the column's bins begin). */
export type MarkOne = (offset: number, start: number, end: number) => void;
/** Counts rows `start ... end` into all four lanes. */
export type FillFour = (o0: number, o1: number, o2: number, o3: number, start: number, end: number) => void;

export function createMarkOne(columnBins: Uint8Array, sampledRows: Int32Array, counts: GiniCounts): MarkOne {
  const bins = columnBins;
  const rows = sampledRows;
  const { classes, classBits, weights, bitmaps, codes } = counts;
  const classMask = (1 << classBits) - 1;
  return (offset, start, end) => {
    for (let i = start; i < end; i++) {
      const code = codes[i] as number;
      const bin = bins[offset + (rows[i] as number)] as number;
      (weights[bin * classes + (code & classMask)] as number) += code >> classBits;
      (bitmaps[bin >> 5] as number) |= 1 << (bin & 31);
    }
  };
}

/** Marks nothing: for nodes that fill most bins anyway. */
export function createFillFour(
  columnBins: Uint8Array,
  sampledRows: Int32Array,
  counts: GiniCounts,
): FillFour {
  const bins = columnBins;
  const rows = sampledRows;
  const { classes, classBits, laneSize, weights, codes } = counts;
  const classMask = (1 << classBits) - 1;
  return (o0, o1, o2, o3, start, end) => {
    for (let i = start; i < end; i++) {
      const code = codes[i] as number;
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
export function createMarkFour(
  columnBins: Uint8Array,
  sampledRows: Int32Array,
  counts: GiniCounts,
): FillFour {
  const bins = columnBins;
  const rows = sampledRows;
  const { classes, classBits, laneSize, weights, bitmaps, codes } = counts;
  const classMask = (1 << classBits) - 1;
  return (o0, o1, o2, o3, start, end) => {
    for (let i = start; i < end; i++) {
      const code = codes[i] as number;
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
