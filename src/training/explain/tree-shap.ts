import { gaussLegendre } from '../../stats/gauss-legendre.js';
import type { TreeEnsemble } from '../ensemble.js';
import { allocateKernelMemory, createPlacer, type Kernels, loadKernels } from '../kernels.js';
import type { Matrix } from '../matrix.js';
import type { Contributions } from './contributions.js';
import {
  depthOf,
  EDGE_BYTES,
  expectedValue,
  type PathProgram,
  pathProgram,
  setLeaves,
} from './path-program.js';

/** Rows that the kernel works on at once, one a lane. */
const LANES = 8;
const LANE_BYTES = LANES * 8;
/** Values and contributions of so many bytes are worked on at a time. */
const CHUNK_BYTES = 32 * 2 ** 20;
/** Bytes of a point of the quadrature rule: t, weight, 1 / (1 − t). */
const POINT_BYTES = 24;

/**
 * Shapley values of a sum of trees, exact, where a column that is left out sends a row down both sides as the covers
 * say (path-dependent TreeSHAP: Lundberg et al. 2020, Nature Machine Intelligence 2, algorithm 1).
 *
 * A leaf of value v whose path looks at the columns D, of which column j leaves the share z_j of the cover and lets the
 * row through (o_j = 1) or not (0), gives column i
 *
 *     v (o_i − z_i) Σ over S ⊆ D∖i of |S|! (|D| − |S| − 1)! / |D|! · Π over S of o_j · Π over the others of z_j
 *   = v (o_i − z_i) ∫₀¹ Π over j ≠ i of (z_j (1 − t) + o_j t) dt        (Owen 1972, multilinear extensions)
 *
 * The integrand is a polynomial of degree |D| − 1 whose factors all lie between 0 and 1: a Gauss–Legendre rule of
 * ⌈|D| / 2⌉ points is exact, and nothing cancels however deep the tree. The products are carried down the tree and the
 * sums up, as in Linear TreeSHAP (Yu et al. 2022): nodes × points of work a row and tree.
 */
export function treeContributions(ensemble: TreeEnsemble, matrix: Matrix): Contributions {
  const { trees, outputs, divisor, columns } = ensemble;
  const { rows } = matrix;
  const values = new Float64Array(rows * outputs * columns);
  const expected = Float64Array.from(ensemble.base);
  const bench = new Workbench(ensemble, rows);
  for (let start = 0; start < Math.max(rows, 1); start += bench.chunkRows) {
    const end = Math.min(start + bench.chunkRows, rows);
    bench.load(matrix, start, end);
    for (const tree of trees) {
      const program = pathProgram(tree, columns);
      for (let output = 0; output < outputs; output++) {
        if (start === 0)
          (expected[output] as number) += expectedValue(program, tree, output, outputs) / divisor;
        if (setLeaves(program, tree, output, outputs)) bench.add(program, output);
      }
    }
    bench.save(values, start, end, divisor);
  }
  return { rows, outputs, columns, values, expected };
}

/** Address of each part of the kernel's memory. */
interface Layout {
  readonly rule: number;
  readonly edges: number;
  readonly levels: number;
  /** `blocks × columns × LANES` */
  readonly values: number;
  /** `outputs × blocks × columns × LANES` */
  readonly sums: number;
}

/** The kernel and its memory, in which the rows lie in blocks of LANES. */
class Workbench {
  readonly chunkRows: number;
  readonly #columns: number;
  readonly #outputs: number;
  readonly #layout: Layout;
  readonly #memory: WebAssembly.Memory;
  readonly #kernels: Kernels;
  #blocks = 0;
  #points = 0;

  constructor({ trees, columns, outputs }: TreeEnsemble, rows: number) {
    this.#columns = columns;
    this.#outputs = outputs;
    const fitting = Math.floor(CHUNK_BYTES / (columns * LANE_BYTES * (1 + outputs)));
    const blocks = Math.max(1, Math.min(Math.ceil(rows / LANES), fitting));
    this.chunkRows = blocks * LANES;
    const depth = trees.reduce((most, tree) => Math.max(most, depthOf(tree)), 0);
    const nodes = trees.reduce((most, { feature }) => Math.max(most, feature.length), 0);
    const points = pointsFor(Math.min(depth, columns));
    const place = createPlacer();
    this.#layout = {
      rule: place(points * POINT_BYTES),
      edges: place(nodes * EDGE_BYTES),
      levels: place((depth + 1) * levelBytes(points)),
      values: place(blocks * columns * LANE_BYTES),
      sums: place(outputs * blocks * columns * LANE_BYTES),
    };
    this.#memory = allocateKernelMemory(place(0));
    this.#kernels = loadKernels(this.#memory);
  }

  /** Takes in the rows `start` to before `end`; the lanes behind the last one are filled with zeros. */
  load({ data, columns }: Matrix, start: number, end: number): void {
    this.#blocks = Math.ceil((end - start) / LANES);
    const values = this.#floats(this.#layout.values, this.#blocks * columns * LANES);
    values.fill(0);
    for (let row = start; row < end; row++) {
      const at = laneOf(row - start, columns);
      for (let column = 0; column < columns; column++)
        values[at + column * LANES] = data[row * columns + column] as number;
    }
    this.#floats(this.#layout.sums, this.#outputs * this.#blocks * columns * LANES).fill(0);
  }

  /** Adds what a tree contributes to an output. */
  add(program: PathProgram, output: number): void {
    const { rule, edges, levels, values, sums } = this.#layout;
    const points = pointsFor(program.width);
    if (points !== this.#points) this.#setRule(points);
    new Uint8Array(this.#memory.buffer, edges, program.edges.length).set(program.edges);
    const bytes = this.#columns * LANE_BYTES;
    const size = levelBytes(points);
    for (let block = 0; block < this.#blocks; block++) {
      const own = sums + (output * this.#blocks + block) * bytes;
      this.#kernels.explainTree(
        edges,
        program.count,
        points,
        rule,
        values + block * bytes,
        own,
        levels,
        size,
      );
    }
  }

  /** Writes the contributions of the rows `start` to before `end`, rows × outputs × columns. */
  save(to: Float64Array, start: number, end: number, divisor: number): void {
    const columns = this.#columns;
    const outputs = this.#outputs;
    const width = this.#blocks * columns * LANES;
    const sums = this.#floats(this.#layout.sums, outputs * width);
    for (let row = start; row < end; row++) {
      const from = laneOf(row - start, columns);
      for (let output = 0; output < outputs; output++) {
        const at = (row * outputs + output) * columns;
        for (let column = 0; column < columns; column++)
          to[at + column] = (sums[output * width + from + column * LANES] as number) / divisor;
      }
    }
  }

  #setRule(points: number): void {
    const { nodes, weights } = gaussLegendre(points);
    const rule = this.#floats(this.#layout.rule, points * 3);
    for (const [t, node] of nodes.entries()) rule.set([node, weights[t] as number, 1 / (1 - node)], t * 3);
    this.#points = points;
  }

  #floats(address: number, count: number): Float64Array {
    return new Float64Array(this.#memory.buffer, address, count);
  }
}

/** Where a row's lane of the first column is. */
function laneOf(row: number, columns: number): number {
  return Math.floor(row / LANES) * columns * LANES + (row % LANES);
}

/** Points of the rule that is exact for paths of that many columns. */
function pointsFor(width: number): number {
  return Math.max(1, Math.ceil(width / 2));
}

/** See kernels/tree-shap.ts. */
function levelBytes(points: number): number {
  return 80 + Math.ceil(points / 2) * 16 + 2 * points * LANE_BYTES;
}
