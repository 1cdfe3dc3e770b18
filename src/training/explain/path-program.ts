import type { Tree } from '../ensemble.js';

/** Bytes of an edge in the kernel's memory. */
export const EDGE_BYTES = 40;

/**
 * A tree as its edges in depth-first order, as `kernels/tree-shap.ts` reads them:
 *
 * | byte | holds |
 * | ---: | --- |
 * | 0 | int32: level of the node below, from 1 |
 * | 4 | int32: column of the test |
 * | 8 | float32: threshold of the test |
 * | 12 | int32: 1 right edge, 2 missing values go left, 4 ends in a leaf |
 * | 16 | int32: level of the nearest edge above on the same column; 0 where there is none |
 * | 24 | float64: 1 / z − 1, z being the share of the cover that all edges on the column so far leave |
 * | 32 | float64: the leaf's value times its share of the root's cover |
 */
export interface PathProgram {
  readonly edges: Uint8Array;
  readonly count: number;
  /** Level of the deepest node. */
  readonly depth: number;
  /** The most different columns that a path looks at. */
  readonly width: number;
  /** Node that each edge leads to. */
  readonly nodes: Int32Array;
  /** Share of the root's cover that each node has; the root is the first. */
  readonly shares: Float64Array;
}

/** Less is no share: a node that no training row is in could not be weighed. */
const SMALLEST_SHARE = 1e-12;

/** @param columns of the matrix that the tree reads */
export function pathProgram(tree: Tree, columns: number): PathProgram {
  const size = tree.feature.length;
  const edges = new Uint8Array((size - 1) * EDGE_BYTES);
  const view = new DataView(edges.buffer);
  const nodes = new Int32Array(size - 1);
  const shares = new Float64Array(size).fill(1);
  const path = new Path(columns);
  const waiting: number[] = childrenOf(tree, 0);
  const levels = new Int32Array(size);
  const parents = parentsOf(tree);
  let [count, depth, width] = [0, 0, 0];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const parent = parents[node] as number;
    const level = (levels[parent] as number) + 1;
    levels[node] = level;
    const cover = (tree.cover[node] as number) / (tree.cover[parent] as number);
    const share = cover > SMALLEST_SHARE ? Math.min(cover, 1) : SMALLEST_SHARE;
    shares[node] = (shares[parent] as number) * share;
    const column = tree.feature[parent] as number;
    const { ancestor, left } = path.enter(level, column, share);
    const isLeaf = (tree.feature[node] as number) < 0;
    const at = count * EDGE_BYTES;
    view.setInt32(at, level, true);
    view.setInt32(at + 4, column, true);
    view.setFloat32(at + 8, tree.threshold[parent] as number, true);
    view.setInt32(
      at + 12,
      (node === tree.right[parent] ? 1 : 0) + (tree.missingLeft[parent] === 1 ? 2 : 0) + (isLeaf ? 4 : 0),
      true,
    );
    view.setInt32(at + 16, ancestor, true);
    view.setFloat64(at + 24, 1 / left - 1, true);
    nodes[count++] = node;
    if (!isLeaf) waiting.push(...childrenOf(tree, node));
    depth = Math.max(depth, level);
    width = Math.max(width, path.width);
  }
  return { edges, count, depth, width, nodes, shares };
}

/** Writes the leaves' values of one output into the program; false where all are 0. */
export function setLeaves(program: PathProgram, tree: Tree, output: number, outputs: number): boolean {
  const { edges, nodes, shares } = program;
  const view = new DataView(edges.buffer);
  let isAny = false;
  nodes.forEach((node, index) => {
    const value = tree.value[node * outputs + output] as number;
    if ((tree.feature[node] as number) >= 0) return;
    if (value !== 0) isAny = true;
    view.setFloat64(index * EDGE_BYTES + 32, value * (shares[node] as number), true);
  });
  return isAny;
}

/** The tree's expected value of one output, its rows being spread as the covers say. */
export function expectedValue({ shares }: PathProgram, tree: Tree, output: number, outputs: number): number {
  let sum = 0;
  shares.forEach((share, node) => {
    if ((tree.feature[node] as number) < 0) sum += share * (tree.value[node * outputs + output] as number);
  });
  return sum;
}

/** Level of the deepest node, 0 where the root is a leaf. */
export function depthOf({ feature, left, right }: Tree): number {
  const levels = new Int32Array(feature.length);
  let deepest = 0;
  feature.forEach((column, node) => {
    const level = levels[node] as number;
    if (level > deepest) deepest = level;
    if (column < 0) return;
    levels[left[node] as number] = level + 1;
    levels[right[node] as number] = level + 1;
  });
  return deepest;
}

/** The left one last, so that it is taken first. */
function childrenOf({ feature, left, right }: Tree, node: number): number[] {
  return (feature[node] as number) < 0 ? [] : [right[node] as number, left[node] as number];
}

function parentsOf({ feature, left, right }: Tree): Int32Array {
  const parents = new Int32Array(feature.length);
  feature.forEach((column, node) => {
    if (column < 0) return;
    parents[left[node] as number] = node;
    parents[right[node] as number] = node;
  });
  return parents;
}

/** The way from the root to the edge entered last. */
class Path {
  /** Level of the latest edge on each column; 0 where the path has none. */
  readonly #latest: Int32Array;
  /** By level. */
  readonly #columns: number[] = [-1];
  readonly #ancestors: number[] = [0];
  readonly #left: number[] = [1];
  #width = 0;

  constructor(columns: number) {
    this.#latest = new Int32Array(columns);
  }

  /** Number of different columns on the path. */
  get width(): number {
    return this.#width;
  }

  /** Goes back to the level above and down an edge. */
  enter(level: number, column: number, share: number): { ancestor: number; left: number } {
    while (this.#columns.length > level) this.#leave();
    const ancestor = this.#latest[column] as number;
    const left = share * (this.#left[ancestor] as number);
    if (ancestor === 0) this.#width++;
    this.#latest[column] = level;
    this.#columns.push(column);
    this.#ancestors.push(ancestor);
    this.#left.push(left);
    return { ancestor, left };
  }

  #leave(): void {
    const column = this.#columns.pop() as number;
    const ancestor = this.#ancestors.pop() as number;
    this.#left.pop();
    this.#latest[column] = ancestor;
    if (ancestor === 0) this.#width--;
  }
}
