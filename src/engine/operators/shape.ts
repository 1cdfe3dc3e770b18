import { sizeOf } from '../../onnx/dims.js';
import type { Params } from '../params.js';
import {
  constantOf,
  type EngineType,
  type MakeTensor,
  type Operand,
  type Planned,
  type RowTensor,
  rowsOf,
  Unsupported,
} from '../tensor.js';
import { planUnary } from './elementwise.js';

const NOTHING_TO_DO = (): void => undefined;

/** The same cells in another shape. */
export function planReshape(op: string, [given, shape]: readonly Operand[]): Planned {
  const input = rowsOf(given);
  const dims = op === 'Identity' ? input.dims : shapeOf(op, input, [...constantOf(shape).numbers]);
  if (sizeOf(dims) !== input.width) throw new Unsupported(`${op} that joins rows`);
  return { output: { ...input, dims }, kernel: NOTHING_TO_DO };
}

/** The dims behind the batch. */
function shapeOf(op: string, { dims }: RowTensor, asked: readonly number[]): readonly number[] {
  if (op === 'Reshape') {
    const [batch, ...rest] = asked;
    if (batch !== -1 || rest.some((size) => size < 1)) throw new Unsupported('Reshape of the batch');
    return rest;
  }
  const whole: number[] = [0, ...dims];
  const rank = whole.length + (op === 'Unsqueeze' ? asked.length : 0);
  const axes = asked.map((axis) => (axis < 0 ? axis + rank : axis)).toSorted((a, b) => a - b);
  if (axes.some((axis) => axis < 1 || axis >= rank)) throw new Unsupported(`${op} of the batch`);
  if (op === 'Unsqueeze') for (const axis of axes) whole.splice(axis, 0, 1);
  else for (const axis of axes.toReversed()) whole.splice(axis, 1);
  return whole.slice(1);
}

/** Tensors of the batch side by side. */
export function planConcat(inputs: readonly Operand[], { axis = 0 }: Params, make: MakeTensor): Planned {
  const parts = inputs.map(rowsOf);
  const [{ type, dims: firstDims }] = parts as [RowTensor];
  const inner = innerAxis(axis, firstDims.length);
  const isFit = parts.every(
    ({ type: own, dims }) =>
      own === type &&
      own !== 'string' &&
      dims.length === firstDims.length &&
      dims.every((size, at) => at === inner || size === firstDims[at]),
  );
  if (!isFit) throw new Unsupported('Concat of other tensors');
  const along = parts.reduce((sum, { dims }) => sum + (dims[inner] as number), 0);
  const dims = firstDims.with(inner, along);
  const outer = sizeOf(dims.slice(0, inner));
  const lengths = parts.map((part) => sizeOf(part.dims.slice(inner)));
  const output = make(type, dims);
  const { numbers } = output;
  const kernel = (rows: number): void => {
    let to = 0;
    for (let piece = 0; piece < rows * outer; piece++) {
      for (let part = 0; part < parts.length; part++) {
        const length = lengths[part] as number;
        const given = (parts[part] as RowTensor).numbers;
        for (let from = piece * length; from < (piece + 1) * length; from++)
          numbers[to++] = given[from] as number;
      }
    }
  };
  return { output, kernel };
}

/** Columns of a tensor by constant places, or entries of a constant table by the places in a tensor. */
export function planGather(
  [source, places]: readonly Operand[],
  { axis = 0 }: Params,
  make: MakeTensor,
): Planned {
  if (source === undefined || source.type === 'string') throw new Unsupported('Gather of texts');
  if (source.kind === 'constant') return planLookUp(source, rowsOf(places), axis, make);
  const { dims: pickDims, numbers: picks } = constantOf(places);
  const inner = innerAxis(axis, source.dims.length);
  const size = source.dims[inner] as number;
  const outer = sizeOf(source.dims.slice(0, inner));
  const length = sizeOf(source.dims.slice(inner + 1));
  const cells: number[] = [];
  for (let piece = 0; piece < outer; piece++) {
    for (const pick of picks) {
      const place = pick < 0 ? pick + size : pick;
      if (place < 0 || place >= size) throw new Unsupported('Gather beyond the end');
      for (let cell = 0; cell < length; cell++) cells.push((piece * size + place) * length + cell);
    }
  }
  const dims = [...source.dims.slice(0, inner), ...pickDims, ...source.dims.slice(inner + 1)];
  const output = make(source.type, dims);
  const from = Int32Array.from(cells);
  const { numbers: given, width } = source;
  const { numbers } = output;
  const kernel = (rows: number): void => {
    let to = 0;
    for (let row = 0; row < rows; row++)
      for (let cell = 0; cell < from.length; cell++)
        numbers[to++] = given[row * width + (from[cell] as number)] as number;
  };
  return { output, kernel };
}

function planLookUp(table: Operand, places: RowTensor, axis: number, make: MakeTensor): Planned {
  if (axis !== 0 || table.dims.length === 0) throw new Unsupported('Gather from a table by its columns');
  const [size = 0, ...rest] = table.dims;
  const length = sizeOf(rest);
  const output = make(table.type, [...places.dims, ...rest]);
  const { numbers } = output;
  const kernel = (rows: number): void => {
    let to = 0;
    for (let at = 0; at < rows * places.width; at++) {
      const place = places.numbers[at] as number;
      const first = (place < 0 ? place + size : place) * length;
      // Beyond the end is NaN, which no score may be.
      for (let cell = first; cell < first + length; cell++) numbers[to++] = table.numbers[cell] ?? Number.NaN;
    }
  };
  return { output, kernel };
}

/** Sums along one axis, from the first cell to the last. */
export function planReduceSum(
  [given, axes]: readonly Operand[],
  { keepsAxis = true }: Params,
  make: MakeTensor,
): Planned {
  const input = rowsOf(given);
  const [axis, ...others] = constantOf(axes).numbers;
  if (input.type !== 'double' || axis === undefined || others.length > 0)
    throw new Unsupported('ReduceSum of other tensors');
  const output = make('double', reduced(input, axis, keepsAxis));
  return planReduce(input, axis, output, (cells, first, step, end) => {
    let sum = 0;
    for (let cell = first; cell < end; cell += step) sum += cells[cell] as number;
    return sum;
  });
}

/** The place of the first of the largest cells along one axis. */
export function planArgMax(
  [given]: readonly Operand[],
  { axis = 0, keepsAxis = true }: Params,
  make: MakeTensor,
): Planned {
  const input = rowsOf(given);
  const output = make('int64', reduced(input, axis, keepsAxis));
  return planReduce(input, axis, output, (cells, first, step, end) => {
    let best = first;
    for (let cell = first; cell < end; cell += step)
      if ((cells[cell] as number) > (cells[best] as number)) best = cell;
    return (best - first) / step;
  });
}

type Reduce = (cells: Float64Array, first: number, step: number, end: number) => number;

function planReduce(input: RowTensor, axis: number, output: RowTensor, reduce: Reduce): Planned {
  const inner = innerAxis(axis, input.dims.length);
  const size = input.dims[inner] as number;
  const step = sizeOf(input.dims.slice(inner + 1));
  const outer = sizeOf(input.dims.slice(0, inner));
  const kernel = (rows: number): void => {
    let to = 0;
    for (let piece = 0; piece < rows * outer; piece++) {
      for (let cell = 0; cell < step; cell++) {
        const first = piece * size * step + cell;
        output.numbers[to++] = reduce(input.numbers, first, step, first + size * step);
      }
    }
  };
  return { output, kernel };
}

function reduced({ dims }: RowTensor, axis: number, keepsAxis: boolean): number[] {
  const inner = innerAxis(axis, dims.length);
  return keepsAxis ? dims.with(inner, 1) : dims.toSpliced(inner, 1);
}

/** The axis behind the batch. @throws Unsupported for the batch itself */
function innerAxis(axis: number, rank: number): number {
  const inner = (axis < 0 ? axis + rank + 1 : axis) - 1;
  if (inner < 0 || inner >= rank) throw new Unsupported('an operator along the batch');
  return inner;
}

/** What ONNX Runtime on x64 makes of a number that no int64 can hold. */
const NO_INTEGER = -(2 ** 63);

/** The same values as another type. */
export function planCast([given]: readonly Operand[], { type }: Params, make: MakeTensor): Planned {
  const input = rowsOf(given);
  if (type === undefined || type === 'string' || input.type === 'string')
    throw new Unsupported('Cast of texts');
  return planUnary(conversion(input.type, type), type, input, make);
}

/** From one of the types of numbers to another. */
function conversion(from: EngineType, to: EngineType): (value: number) => number {
  if (to === 'float') return Math.fround;
  if (to === 'bool') return (value) => (value === 0 ? 0 : 1);
  const isCut = (to === 'int64' || to === 'int32') && (from === 'float' || from === 'double');
  if (isCut) return (value) => (Math.abs(value) < 2 ** 63 ? Math.trunc(value) : NO_INTEGER);
  return (value) => value;
}
