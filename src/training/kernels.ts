import { readFileSync } from 'node:fs';
import { MlxError } from '../errors.js';
import type { BoostingKernels } from './boosting/boosting-kernels.js';

/** The functions of `kernels/`; addresses are bytes from the start of the memory. */
export interface Kernels extends BoostingKernels {
  readonly explainTree: (
    edges: number,
    count: number,
    points: number,
    rule: number,
    values: number,
    sums: number,
    levels: number,
    size: number,
  ) => void;
  readonly rankColumn: (
    pairs: number,
    spare: number,
    slots: number,
    rows: number,
    ranks: number,
    edges: number,
  ) => number;
  readonly interleave: (from: number, to: number, rows: number, columns: number) => void;
  readonly setForestTable: (
    rows: number,
    columns: number,
    classes: number,
    rowStride: number,
    columnStarts: number,
    rankCounts: number,
    edges: number,
    edgeStride: number,
    targets: number,
    weights: number,
  ) => void;
  readonly setForestRules: (
    maxDepth: number,
    minSamplesSplit: number,
    minSamplesLeaf: number,
    maxFeatures: number,
    minWeightShare: number,
    minDecrease: number,
    isEntropy: boolean,
    isRandomSplit: boolean,
  ) => void;
  readonly setForestScratch: (
    records: number,
    spare: number,
    histograms: number,
    laneBytes: number,
    scratch: number,
    columns: number,
    classSums: number,
    nodes: number,
    path: number,
    gathered: number,
  ) => void;
  readonly drawTree: (
    layout: number,
    seedLow: number,
    seedHigh: number,
    tree: number,
    size: number,
    isBootstrap: boolean,
  ) => number;
  readonly growForestTree: (layout: number, drawn: number) => number;
}

const PAGE_BYTES = 65_536;
const MOST_PAGES = 65_536;

let compiled: WebAssembly.Module | undefined;

/** The first page is the compiler's: nothing of a trainer lies before this address. */
const FIRST_ADDRESS = PAGE_BYTES;

/**
 * Places arrays one after the other, from `start` on; every address is a multiple of 64 where `start` is.
 * @returns the address of an array of so many bytes; of none, the end of those before
 */
export function createPlacer(start = FIRST_ADDRESS): (bytes: number) => number {
  let next = start;
  return (bytes) => {
    const own = next;
    next = Math.ceil((own + bytes) / 64) * 64;
    return own;
  };
}

/**
 * Memory that threads share and kernels work on, up to the address `end`.
 * @throws MlxError TRAINING_FAILED where so much cannot be had
 */
export function allocateKernelMemory(end: number): WebAssembly.Memory {
  const pages = Math.ceil(end / PAGE_BYTES);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: Math.max(pages, MOST_PAGES), shared: true });
  } catch (cause) {
    throw new MlxError('TRAINING_FAILED', `Training needs ${Math.ceil(end / 2 ** 20)} MB in one piece.`, {
      hint: 'Train on fewer rows or columns.',
      cause,
    });
  }
}

/** The kernels over this memory; compiled once a thread. */
export function loadKernels(memory: WebAssembly.Memory): Kernels {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./kernels.wasm', import.meta.url)));
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return exports as unknown as Kernels;
}
