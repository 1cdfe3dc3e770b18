import { broadcastDims, cellReader, sizeOf } from '../onnx/dims.js';
import { type Operand, Unsupported } from './tensor.js';

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
  const dims = broadcastDims(shapes);
  if (dims === null) throw new Unsupported('shapes that do not fit');
  const readings = operands.map((operand, index): Reading => {
    const shape = shapes[index] as readonly number[];
    const cellOf = cellReader(shape, dims);
    return {
      stride: operand.kind === 'rows' ? sizeOf(shape) : 0,
      cells: Int32Array.from({ length: sizeOf(dims) }, (_, cell) => cellOf(cell)),
    };
  });
  return { dims, readings };
}

/** The dims behind the batch: as many as the rank says, or fewer. */
function innerDims({ kind, dims }: Operand, rank: number): readonly number[] {
  if (kind === 'rows') return dims;
  if (dims.length > rank + 1 || (dims.length === rank + 1 && dims[0] !== 1))
    throw new Unsupported('a constant that depends on the row');
  return dims.slice(Math.max(0, dims.length - rank));
}
