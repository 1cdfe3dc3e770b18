import { createRandom } from '#mlx/stats/random.js';
import type { Tree, TreeEnsemble } from '#mlx/training/ensemble.js';

/** What a random tree looks like. */
export interface TreeShape {
  readonly columns: number;
  readonly outputs?: number;
  readonly depth: number;
  /** Of a node above the greatest depth to be split; 1 gives full trees. */
  readonly split?: number;
  /** `chain` splits the left child alone. */
  readonly kind?: 'bushy' | 'chain';
}

/** A tree with thresholds in −1 ... 1, covers that add up, and missing values that go either way. */
export function randomTree(shape: TreeShape, seed: number): Tree {
  const { columns, outputs = 1, depth, split = 0.8, kind = 'bushy' } = shape;
  const random = createRandom(seed, 0);
  const nodes: {
    feature: number;
    threshold: number;
    left: number;
    right: number;
    missing: number;
    cover: number;
  }[] = [];
  const values: number[] = [];
  const grow = (cover: number, level: number, canSplit: boolean): number => {
    const own = nodes.length;
    const isInner = canSplit && level < depth && (level === 0 || random.next() < split);
    const node = { feature: -1, threshold: 0, left: 0, right: 0, missing: 1, cover };
    nodes.push(node);
    for (let o = 0; o < outputs; o++) values.push(isInner ? 0 : random.next() * 4 - 2);
    if (!isInner) return own;
    node.feature = Math.floor(random.next() * columns);
    node.threshold = random.next() * 2 - 1;
    node.missing = random.next() < 0.5 ? 1 : 0;
    const share = kind === 'chain' ? 0.9 : 0.05 + 0.9 * random.next();
    node.left = grow(cover * share, level + 1, true);
    node.right = grow(cover * (1 - share), level + 1, kind === 'bushy');
    return own;
  };
  grow(1000, 0, true);
  return {
    feature: Int32Array.from(nodes, ({ feature }) => feature),
    threshold: Float32Array.from(nodes, ({ threshold }) => threshold),
    left: Int32Array.from(nodes, ({ left }) => left),
    right: Int32Array.from(nodes, ({ right }) => right),
    missingLeft: Uint8Array.from(nodes, ({ missing }) => missing),
    cover: Float32Array.from(nodes, ({ cover }) => cover),
    value: Float64Array.from(values),
  };
}

export function ensembleOf(trees: readonly Tree[], columns: number, outputs = 1, divisor = 1): TreeEnsemble {
  return {
    kind: 'trees',
    columns,
    outputs,
    trees,
    base: Float64Array.from({ length: outputs }, (_, o) => 0.25 + o),
    divisor,
  };
}

/** A tree of one leaf. */
export function leafOf(...value: number[]): Tree {
  return {
    feature: Int32Array.of(-1),
    threshold: new Float32Array(1),
    left: new Int32Array(1),
    right: new Int32Array(1),
    missingLeft: Uint8Array.of(1),
    cover: Float32Array.of(10),
    value: Float64Array.from(value),
  };
}
