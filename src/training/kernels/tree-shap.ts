/*
 * Contributions of one tree for eight rows at a time, one lane a row; see training/explain/tree-shap.ts for the formula
 * and training/explain/path-program.ts for the layout of an edge.
 */

/** Eight float64. */
const LANES: usize = 64;
const EDGE: usize = 40;
/** Bytes before the arrays of a level: lanes that are on, addresses of products, sums and edge. */
const HEAD: usize = LANES + 16;

// @ts-ignore: decorator
@inline
function inverses(level: usize): usize {
  return level + HEAD;
}

// @ts-ignore: decorator
@inline
function lane(base: usize, i: i32): usize {
  return base + (<usize>i << 4);
}

/** One number in both lanes where the mask is set, another where it is not; the difference is their xor. */
// @ts-ignore: decorator
@inline
function pick(otherwise: v128, difference: v128, mask: v128): v128 {
  return v128.xor(otherwise, v128.and(difference, mask));
}

/**
 * Adds what a tree contributes to eight rows.
 *
 * @param edges the tree's edges in depth-first order, 40 bytes each
 * @param points number of points of the quadrature rule
 * @param rule per point: t, weight, 1 / (1 − t); float64
 * @param values feature values, `columns × 8` float64
 * @param sums contributions to add to, `columns × 8` float64
 * @param levels room for the root and every level below it
 * @param size bytes of a level: HEAD, then per point the inverse of the edge's factor (8; the number of points rounded up
 *   to be even), then the products (64), then the sums of the leaves below (64)
 */
export function explainTree(
  edges: usize,
  count: i32,
  points: i32,
  rule: usize,
  values: usize,
  sums: usize,
  levels: usize,
  size: usize,
): void {
  openRoot(levels, points, rule);
  let open = 0;
  for (let i = 0; i < count; i++) {
    const edge = edges + <usize>i * EDGE;
    const at = load<i32>(edge);
    for (; open >= at; open--) closeLevel(levels, levels + <usize>open * size, size, points, rule, sums);
    const above = levels + <usize>(at - 1) * size;
    const level = levels + <usize>at * size;
    const before = load<i32>(edge, 16);
    const ancestor = before > 0 ? levels + <usize>before * size : 0;
    const isLeaf = (load<i32>(edge, 12) & 4) !== 0;
    const isDead = ancestor !== 0 && !isAnyOn(ancestor);
    if (isLeaf) {
      if (isDead) addDeadLeaf(edge, above, points);
      else {
        setLanes(edge, level, ancestor, values);
        if (ancestor === 0) addLeaf(edge, above, level, points, rule, sums);
        else addRepeatedLeaf(edge, above, level, ancestor, points, rule, sums);
      }
      continue;
    }
    open = at;
    store<u32>(level, <u32>edge, LANES + 8);
    if (isDead) {
      // rows that left the path at this feature before stay off it: nothing changes
      for (let k = 0; k < 4; k++) v128.store(lane(level, k), i64x2.splat(0));
      store<u32>(level, load<u32>(above, LANES), LANES);
      store<u32>(level, load<u32>(above, LANES + 4), LANES + 4);
      continue;
    }
    setLanes(edge, level, ancestor, values);
    openLevel(edge, above, level, ancestor, points, rule);
  }
  for (; open > 0; open--) closeLevel(levels, levels + <usize>open * size, size, points, rule, sums);
}

function openRoot(level: usize, points: i32, rule: usize): void {
  const products = inverses(level) + <usize>((points + 1) & ~1) * 8;
  store<u32>(level, <u32>products, LANES);
  store<u32>(level, <u32>(products + <usize>points * LANES), LANES + 4);
  for (let t = 0; t < points; t++) {
    const weight = f64x2.splat(load<f64>(rule + <usize>t * 24, 8));
    for (let k = 0; k < 4; k++) v128.store(lane(products + <usize>t * LANES, k), weight);
  }
}

// @ts-ignore: decorator
@inline
function isAnyOn(level: usize): bool {
  const low = v128.or(v128.load(level), v128.load(level, 16));
  const high = v128.or(v128.load(level, 32), v128.load(level, 48));
  return v128.any_true(v128.or(low, high));
}

/** Which rows go along the edge, and went along the earlier edge on the same feature. */
// @ts-ignore: decorator
@inline
function setLanes(edge: usize, level: usize, ancestor: usize, values: usize): void {
  const flags = load<i32>(edge, 12);
  const threshold = f64x2.splat(<f64>load<f32>(edge, 8));
  const goesRight = i64x2.splat((flags & 1) !== 0 ? -1 : 0);
  const missingLeft = i64x2.splat((flags & 2) !== 0 ? -1 : 0);
  const own = values + <usize>load<i32>(edge, 4) * LANES;
  for (let k = 0; k < 4; k++) {
    const value = v128.load(lane(own, k));
    const isMissing = v128.and(f64x2.ne(value, value), missingLeft);
    let on = v128.xor(v128.or(f64x2.le(value, threshold), isMissing), goesRight);
    if (ancestor !== 0) on = v128.and(on, v128.load(lane(ancestor, k)));
    v128.store(lane(level, k), on);
  }
}

/** Multiplies the edge's factors to the products of the level above. */
function openLevel(
  edge: usize,
  above: usize,
  level: usize,
  ancestor: usize,
  points: i32,
  rule: usize,
): void {
  const inverse = inverses(level);
  const products = inverse + <usize>((points + 1) & ~1) * 8;
  const results = products + <usize>points * LANES;
  store<u32>(level, <u32>products, LANES);
  store<u32>(level, <u32>results, LANES + 4);
  const from = <usize>load<u32>(above, LANES);
  const odds = load<f64>(edge, 24);
  const zero = i64x2.splat(0);
  const one = f64x2.splat(1);
  for (let t = 0; t < points; t++) {
    const node = load<f64>(rule + <usize>t * 24);
    const own = 1 + node * odds;
    store<f64>(inverse + (<usize>t << 3), 1 / own);
    const at = <usize>t * LANES;
    if (ancestor === 0) {
      const off = f64x2.splat(1 - node);
      const difference = v128.xor(off, f64x2.splat(own));
      for (let k = 0; k < 4; k++) {
        const factor = pick(off, difference, v128.load(lane(level, k)));
        v128.store(lane(products + at, k), f64x2.mul(v128.load(lane(from + at, k)), factor));
        v128.store(lane(results + at, k), zero);
      }
    } else {
      const earlier = load<f64>(inverses(ancestor) + (<usize>t << 3));
      const off = f64x2.splat((1 - node) * earlier);
      const toOff = v128.xor(one, off);
      const toOn = v128.xor(off, f64x2.splat(own * earlier));
      for (let k = 0; k < 4; k++) {
        const still = pick(one, toOff, v128.load(lane(ancestor, k)));
        const factor = pick(still, toOn, v128.load(lane(level, k)));
        v128.store(lane(products + at, k), f64x2.mul(v128.load(lane(from + at, k)), factor));
        v128.store(lane(results + at, k), zero);
      }
    }
  }
}

/** Adds what the leaves below the edge say to the edge's feature, and to the level above. */
function closeLevel(
  levels: usize,
  level: usize,
  size: usize,
  points: i32,
  rule: usize,
  sums: usize,
): void {
  const results = <usize>load<u32>(level, LANES + 4);
  const to = <usize>load<u32>(level - size, LANES + 4);
  if (results === to) return;
  const edge = <usize>load<u32>(level, LANES + 8);
  const before = load<i32>(edge, 16);
  const ancestor = before > 0 ? levels + <usize>before * size : 0;
  const inverse = inverses(level);
  const odds = load<f64>(edge, 24);
  const earlierOdds = ancestor !== 0 ? load<f64>(<usize>load<u32>(ancestor, LANES + 8), 24) : 0;
  const own = sums + <usize>load<i32>(edge, 4) * LANES;
  let sum0 = v128.load(own);
  let sum1 = v128.load(own, 16);
  let sum2 = v128.load(own, 32);
  let sum3 = v128.load(own, 48);
  const on0 = v128.load(level);
  const on1 = v128.load(level, 16);
  const on2 = v128.load(level, 32);
  const on3 = v128.load(level, 48);
  let was0 = i64x2.splat(-1);
  let was1 = was0;
  let was2 = was0;
  let was3 = was0;
  if (ancestor !== 0) {
    was0 = v128.load(ancestor);
    was1 = v128.load(ancestor, 16);
    was2 = v128.load(ancestor, 32);
    was3 = v128.load(ancestor, 48);
  }
  const isTop = level - size === levels;
  for (let t = 0; t < points; t++) {
    let taken: f64 = 0;
    if (ancestor !== 0) taken = earlierOdds * load<f64>(inverses(ancestor) + (<usize>t << 3));
    const off = f64x2.splat(-load<f64>(rule + <usize>t * 24, 16) - taken);
    const toOn = v128.xor(off, f64x2.splat(odds * load<f64>(inverse + (<usize>t << 3)) - taken));
    const at = <usize>t * LANES;
    const r0 = v128.load(results + at);
    const r1 = v128.load(results + at, 16);
    const r2 = v128.load(results + at, 32);
    const r3 = v128.load(results + at, 48);
    sum0 = f64x2.add(sum0, f64x2.mul(r0, pick(v128.and(off, was0), toOn, on0)));
    sum1 = f64x2.add(sum1, f64x2.mul(r1, pick(v128.and(off, was1), toOn, on1)));
    sum2 = f64x2.add(sum2, f64x2.mul(r2, pick(v128.and(off, was2), toOn, on2)));
    sum3 = f64x2.add(sum3, f64x2.mul(r3, pick(v128.and(off, was3), toOn, on3)));
    if (isTop) continue;
    v128.store(to + at, f64x2.add(v128.load(to + at), r0));
    v128.store(to + at, f64x2.add(v128.load(to + at, 16), r1), 16);
    v128.store(to + at, f64x2.add(v128.load(to + at, 32), r2), 32);
    v128.store(to + at, f64x2.add(v128.load(to + at, 48), r3), 48);
  }
  v128.store(own, sum0);
  v128.store(own, sum1, 16);
  v128.store(own, sum2, 32);
  v128.store(own, sum3, 48);
}

function addDeadLeaf(edge: usize, above: usize, points: i32): void {
  const from = <usize>load<u32>(above, LANES);
  const to = <usize>load<u32>(above, LANES + 4);
  const value = f64x2.splat(load<f64>(edge, 32));
  const end = <usize>points * LANES;
  for (let at: usize = 0; at < end; at += 16) {
    v128.store(to + at, f64x2.add(v128.load(to + at), f64x2.mul(v128.load(from + at), value)));
  }
}

/** An edge that ends in a leaf, and is the first on the path to look at its feature: opened and closed at once. */
function addLeaf(edge: usize, above: usize, level: usize, points: i32, rule: usize, sums: usize): void {
  const from = <usize>load<u32>(above, LANES);
  const to = <usize>load<u32>(above, LANES + 4);
  const odds = load<f64>(edge, 24);
  const value = load<f64>(edge, 32);
  const own = sums + <usize>load<i32>(edge, 4) * LANES;
  const on0 = v128.load(level);
  const on1 = v128.load(level, 16);
  const on2 = v128.load(level, 32);
  const on3 = v128.load(level, 48);
  let sum0 = i64x2.splat(0);
  let sum1 = sum0;
  let sum2 = sum0;
  let sum3 = sum0;
  for (let t = 0; t < points; t++) {
    const node = load<f64>(rule + <usize>t * 24);
    const off = f64x2.splat((1 - node) * value);
    const toOn = v128.xor(off, f64x2.splat((1 + node * odds) * value));
    const at = <usize>t * LANES;
    const p0 = v128.load(from + at);
    const p1 = v128.load(from + at, 16);
    const p2 = v128.load(from + at, 32);
    const p3 = v128.load(from + at, 48);
    sum0 = f64x2.add(sum0, p0);
    sum1 = f64x2.add(sum1, p1);
    sum2 = f64x2.add(sum2, p2);
    sum3 = f64x2.add(sum3, p3);
    v128.store(to + at, f64x2.add(v128.load(to + at), f64x2.mul(p0, pick(off, toOn, on0))));
    v128.store(to + at, f64x2.add(v128.load(to + at, 16), f64x2.mul(p1, pick(off, toOn, on1))), 16);
    v128.store(to + at, f64x2.add(v128.load(to + at, 32), f64x2.mul(p2, pick(off, toOn, on2))), 32);
    v128.store(to + at, f64x2.add(v128.load(to + at, 48), f64x2.mul(p3, pick(off, toOn, on3))), 48);
  }
  // factor × credit is the same at every point: −1 off the path, 1/z − 1 on it
  const off = f64x2.splat(-value);
  const toOn = v128.xor(off, f64x2.splat(odds * value));
  v128.store(own, f64x2.add(v128.load(own), f64x2.mul(sum0, pick(off, toOn, on0))));
  v128.store(own, f64x2.add(v128.load(own, 16), f64x2.mul(sum1, pick(off, toOn, on1))), 16);
  v128.store(own, f64x2.add(v128.load(own, 32), f64x2.mul(sum2, pick(off, toOn, on2))), 32);
  v128.store(own, f64x2.add(v128.load(own, 48), f64x2.mul(sum3, pick(off, toOn, on3))), 48);
}

/** The same where an earlier edge of the path looks at the feature, too. */
function addRepeatedLeaf(
  edge: usize,
  above: usize,
  level: usize,
  ancestor: usize,
  points: i32,
  rule: usize,
  sums: usize,
): void {
  const from = <usize>load<u32>(above, LANES);
  const to = <usize>load<u32>(above, LANES + 4);
  const odds = load<f64>(edge, 24);
  const value = load<f64>(edge, 32);
  const earlierOdds = load<f64>(<usize>load<u32>(ancestor, LANES + 8), 24);
  const own = sums + <usize>load<i32>(edge, 4) * LANES;
  const still = f64x2.splat(value);
  for (let t = 0; t < points; t++) {
    const node = load<f64>(rule + <usize>t * 24);
    const earlier = load<f64>(inverses(ancestor) + (<usize>t << 3));
    const taken = earlierOdds * earlier;
    const on = (1 + node * odds) * earlier * value;
    const off = (1 - node) * earlier * value;
    const toOff = v128.xor(still, f64x2.splat(off));
    const toOn = v128.xor(f64x2.splat(off), f64x2.splat(on));
    const creditOff = f64x2.splat(-earlier * value - off * taken);
    const creditOn = v128.xor(creditOff, f64x2.splat(odds * earlier * value - on * taken));
    const at = <usize>t * LANES;
    for (let k = 0; k < 4; k++) {
      const was = v128.load(lane(ancestor, k));
      const is = v128.load(lane(level, k));
      const product = v128.load(lane(from + at, k));
      const factor = pick(pick(still, toOff, was), toOn, is);
      const credit = pick(v128.and(creditOff, was), creditOn, is);
      v128.store(lane(to + at, k), f64x2.add(v128.load(lane(to + at, k)), f64x2.mul(product, factor)));
      v128.store(lane(own, k), f64x2.add(v128.load(lane(own, k)), f64x2.mul(product, credit)));
    }
  }
}
