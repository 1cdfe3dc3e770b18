import type { Cells, Design } from './design.js';

/** Rows that are centred and turned on their side at a time: few enough to stay in cache. */
const BLOCK_ROWS = 128;

/**
 * designᵀ × diag(weights) × design over the columns alone, `columns × columns`. With an intercept they are centred, so that
 * their products with the column of ones are 0.
 *
 * @param breathe is awaited now and then
 */
export async function gramOf(design: Design, breathe: () => Promise<void>): Promise<Float64Array> {
  const gram = new Float64Array(design.columns ** 2);
  if (design.cells.kind === 'sparse') await addSparse(design, design.cells, gram, breathe);
  else await addDense(design, design.cells.values, gram, breathe);
  for (let i = 0; i < design.columns; i++) {
    for (let j = 0; j < i; j++) gram[j * design.columns + i] = gram[i * design.columns + j] as number;
  }
  return gram;
}

/** Multiplications that `gramOf` takes. */
export function gramWork({ rows, columns, cells }: Design): number {
  return cells.kind === 'dense' ? (rows * columns ** 2) / 2 : cells.values.length ** 2 / rows;
}

async function addDense(
  design: Design,
  values: Float32Array,
  gram: Float64Array,
  breathe: () => Promise<void>,
): Promise<void> {
  const { rows, columns, weights, centre } = design;
  // columns beyond the last, so that the products of two columns with four need no other end
  const block = new Float64Array((columns + 4) * BLOCK_ROWS);
  for (let start = 0; start < rows; start += BLOCK_ROWS) {
    const count = Math.min(BLOCK_ROWS, rows - start);
    for (let row = 0; row < count; row++) {
      const root = Math.sqrt(weights[start + row] as number);
      const at = (start + row) * columns;
      for (let j = 0; j < columns; j++)
        block[j * BLOCK_ROWS + row] = root * ((values[at + j] as number) - (centre[j] as number));
    }
    for (let i = 0; i < columns; i += 2) {
      for (let j = 0; j <= i + 1; j += 4) addDots(block, i, j, count, gram, columns);
    }
    await breathe();
  }
}

/** Adds the products of the columns i and i + 1 with j … j + 3, as far as they lie on the diagonal or below. */
function addDots(
  block: Float64Array,
  i: number,
  j: number,
  count: number,
  gram: Float64Array,
  columns: number,
): void {
  let [a0, a1, a2, a3, b0, b1, b2, b3] = [0, 0, 0, 0, 0, 0, 0, 0];
  const own = i * BLOCK_ROWS;
  const other = j * BLOCK_ROWS;
  for (let row = 0; row < count; row++) {
    const first = block[own + row] as number;
    const second = block[own + BLOCK_ROWS + row] as number;
    const v0 = block[other + row] as number;
    const v1 = block[other + BLOCK_ROWS + row] as number;
    const v2 = block[other + 2 * BLOCK_ROWS + row] as number;
    const v3 = block[other + 3 * BLOCK_ROWS + row] as number;
    a0 += first * v0;
    a1 += first * v1;
    a2 += first * v2;
    a3 += first * v3;
    b0 += second * v0;
    b1 += second * v1;
    b2 += second * v2;
    b3 += second * v3;
  }
  addBelow(gram, columns, i, j, a0, a1, a2, a3);
  if (i + 1 < columns) addBelow(gram, columns, i + 1, j, b0, b1, b2, b3);
}

function addBelow(
  gram: Float64Array,
  columns: number,
  i: number,
  j: number,
  s0: number,
  s1: number,
  s2: number,
  s3: number,
): void {
  const at = i * columns + j;
  if (j <= i) (gram[at] as number) += s0;
  if (j + 1 <= i) (gram[at + 1] as number) += s1;
  if (j + 2 <= i) (gram[at + 2] as number) += s2;
  if (j + 3 <= i) (gram[at + 3] as number) += s3;
}

async function addSparse(
  design: Design,
  cells: Extract<Cells, { kind: 'sparse' }>,
  gram: Float64Array,
  breathe: () => Promise<void>,
): Promise<void> {
  const { rows, columns, weights, totalWeight, centre } = design;
  const { values, column, start } = cells;
  for (let row = 0; row < rows; row++) {
    const from = start[row] as number;
    const end = start[row + 1] as number;
    for (let a = from; a < end; a++) {
      const value = (values[a] as number) * (weights[row] as number);
      const at = (column[a] as number) * columns;
      for (let b = from; b <= a; b++)
        (gram[at + (column[b] as number)] as number) += value * (values[b] as number);
    }
    if (row % 4096 === 0) await breathe();
  }
  for (let i = 0; i < columns; i++) {
    const mean = totalWeight * (centre[i] as number);
    for (let j = 0; j <= i; j++) (gram[i * columns + j] as number) -= mean * (centre[j] as number);
  }
}
