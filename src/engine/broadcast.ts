import { type Operand, sizeOf, Unsupported } from './tensor.js';

/** How one operand is read for a wider result: cell j of row r is `numbers[r * stride + cells[j]]`. */
export interface Reading {
  readonly stride: number;
  readonly cells: Int32Array;
}

/** Shape of a result, without the batch, and how each operand is read for it. */
export interface Broadcast {
  readonly dims: readonly number[];
  readonly readings: readonly Reading[];
}

/**
 * Broadcasts by NumPy's rules. All tensors of the batch have the same rank, so that their batches lie on one axis.
 * @throws Unsupported where the shapes do not fit
 */
export function broadcast(operands: readonly Operand[]): Broadcast {
  const ranks = operands.flatMap(({ kind, dims }) => (kind === 'rows' ? [dims.length] : []));
  const rank = ranks[0];
  if (rank === undefined || ranks.some((other) => other !== rank)) throw new Unsupported('ranks that differ');
  const shapes = operands.map((operand) => innerDims(operand, rank));
  const dims = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    shape.forEach((size, axis) => {
      if (size === 1) return;
      if (dims[axis] !== 1 && dims[axis] !== size) throw new Unsupported('shapes that do not fit');
      dims[axis] = size;
    });
  }
  const readings = operands.map((operand, index): Reading => {
    const shape = shapes[index] as number[];
    return { stride: operand.kind === 'rows' ? sizeOf(shape) : 0, cells: cellsOf(shape, dims) };
  });
  return { dims, readings };
}

/** The dims behind the batch, as many as the rank says. */
function innerDims({ kind, dims }: Operand, rank: number): number[] {
  if (kind === 'rows') return [...dims];
  const inner = dims.slice(Math.max(0, dims.length - rank));
  if (dims.length > rank + 1 || (dims.length === rank + 1 && dims[0] !== 1))
    throw new Unsupported('a constant that depends on the row');
  return [...new Array<number>(rank - inner.length).fill(1), ...inner];
}

/** For each cell of the result the cell of the operand. */
function cellsOf(shape: readonly number[], dims: readonly number[]): Int32Array {
  const steps = shape.map((size, axis) => (size === 1 ? 0 : sizeOf(shape.slice(axis + 1))));
  return Int32Array.from({ length: sizeOf(dims) }, (_, cell) => {
    let rest = cell;
    let at = 0;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      const size = dims[axis] as number;
      at += (rest % size) * (steps[axis] as number);
      rest = Math.floor(rest / size);
    }
    return at;
  });
}
