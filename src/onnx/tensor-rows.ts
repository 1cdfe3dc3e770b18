import { MlxError } from '../errors.js';
import type { TensorData } from './session.js';

/** The rows (first dimension) of a tensor at the given positions, in their order. */
export function takeTensorRows(tensor: TensorData, rows: Int32Array): TensorData {
  const stride = rowSize(tensor);
  const dims = [rows.length, ...tensor.dims.slice(1)];
  const size = rows.length * stride;
  const taken = <Cell, Data extends { [index: number]: Cell }>(
    target: Data,
    source: ArrayLike<Cell>,
  ): Data => {
    rows.forEach((row, position) => {
      for (let cell = 0; cell < stride; cell++)
        target[position * stride + cell] = source[row * stride + cell] as Cell;
    });
    return target;
  };
  switch (tensor.type) {
    case 'double':
      return { ...tensor, dims, data: taken(new Float64Array(size), tensor.data) };
    case 'float':
      return { ...tensor, dims, data: taken(new Float32Array(size), tensor.data) };
    case 'int64':
      return { ...tensor, dims, data: taken(new BigInt64Array(size), tensor.data) };
    case 'int32':
      return { ...tensor, dims, data: taken(new Int32Array(size), tensor.data) };
    case 'bool':
      return { ...tensor, dims, data: taken(new Uint8Array(size), tensor.data) };
    case 'string':
      return { ...tensor, dims, data: taken(new Array<string>(size), tensor.data) };
  }
}

/** The bytes of each row; text as JSON. */
export function rowBytes(tensor: TensorData): Uint8Array[] {
  const stride = rowSize(tensor);
  const rows = tensor.dims[0] as number;
  if (tensor.type === 'string') {
    return Array.from({ length: rows }, (_, row) =>
      Buffer.from(JSON.stringify(tensor.data.slice(row * stride, (row + 1) * stride))),
    );
  }
  const { buffer, byteOffset, BYTES_PER_ELEMENT } = tensor.data;
  const size = stride * BYTES_PER_ELEMENT;
  return Array.from({ length: rows }, (_, row) => new Uint8Array(buffer, byteOffset + row * size, size));
}

function rowSize({ dims, data }: TensorData): number {
  const [rows] = dims;
  if (rows === undefined || rows === 0) throw new MlxError('INTERNAL', 'the tensor has no rows');
  return data.length / rows;
}
