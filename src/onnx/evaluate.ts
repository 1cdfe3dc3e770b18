import { broadcastDims, cellReader, sizeOf } from './dims.js';
import { castValue, type Scalar } from './evaluate-cast.js';
import type { AttributeValue, Constant, ConstantData, Operator } from './program.js';
import type { ElementType } from './proto.js';

const BYTES: Partial<Record<ElementType, number>> = { float: 4, double: 8, int64: 8, bool: 1, string: 16 };

/**
 * The value of an operator on constants, to the bit what ONNX Runtime computes; null where that is not certain:
 * operators and types that are not listed here, results that are NaN (their bits differ between machines), integers
 * out of range, and results of more than `mostBytes` bytes.
 *
 * One rounding after the double operation gives the float32 result of +, −, ×, ÷ and √.
 * Source: Figueroa, "When is double rounding innocuous?", SIGNUM Newsletter 30(3), 1995.
 */
export function evaluate(
  operator: Operator,
  inputs: readonly Constant[],
  mostBytes: number,
): Constant | null {
  const [first] = inputs;
  if (first === undefined) return null;
  switch (operator.op) {
    case 'Identity':
      return first;
    case 'Cast':
      return elementwise(operator.options.type, inputs, mostBytes, (value) =>
        castValue(value as Scalar, first.type, operator.options.type),
      );
    case 'Concat':
      return concat(inputs, intOf(operator.options.attributes?.axis), mostBytes);
    case 'Gather':
      return gather(inputs, intOf(operator.options.attributes?.axis) ?? 0, mostBytes);
    case 'Reshape':
      return reshape(inputs);
    default: {
      const compute = ELEMENT_OPERATORS[operator.op];
      if (compute === undefined) return null;
      return elementwise(operator.options.type, inputs, mostBytes, compute);
    }
  }
}

type ElementOperator = (a: Scalar, b: Scalar, c: Scalar) => Scalar | boolean | null;

const ELEMENT_OPERATORS: Readonly<Record<string, ElementOperator>> = {
  Add: (a, b) =>
    arithmetic(
      a,
      b,
      (x, y) => x + y,
      (x, y) => x + y,
    ),
  Sub: (a, b) =>
    arithmetic(
      a,
      b,
      (x, y) => x - y,
      (x, y) => x - y,
    ),
  Mul: (a, b) =>
    arithmetic(
      a,
      b,
      (x, y) => x * y,
      (x, y) => x * y,
    ),
  Div: (a, b) =>
    b === 0n
      ? null
      : arithmetic(
          a,
          b,
          (x, y) => x / y,
          (x, y) => x / y,
        ),
  Sqrt: (a) => (typeof a === 'number' ? Math.sqrt(a) : null),
  Neg: (a) => (typeof a === 'number' ? -a : null),
  Abs: (a) => (typeof a === 'number' ? Math.abs(a) : null),
  Equal: (a, b) => a === b,
  Less: (a, b) => a < b,
  LessOrEqual: (a, b) => a <= b,
  Greater: (a, b) => a > b,
  GreaterOrEqual: (a, b) => a >= b,
  And: (a, b) => a !== 0 && b !== 0,
  Or: (a, b) => a !== 0 || b !== 0,
  Not: (a) => a === 0,
  IsNaN: (a) => Number.isNaN(a),
  Where: (condition, a, b) => (condition === 0 ? b : a),
};

function arithmetic(
  a: Scalar,
  b: Scalar,
  ofNumbers: (x: number, y: number) => number,
  ofIntegers: (x: bigint, y: bigint) => bigint,
): Scalar | null {
  if (typeof a === 'number' && typeof b === 'number') return ofNumbers(a, b);
  if (typeof a !== 'bigint' || typeof b !== 'bigint') return null;
  const value = ofIntegers(a, b);
  return value === BigInt.asIntN(64, value) ? value : null;
}

function elementwise(
  type: ElementType,
  inputs: readonly Constant[],
  mostBytes: number,
  compute: ElementOperator,
): Constant | null {
  const dims = broadcastDims(inputs.map((input) => input.dims));
  if (dims === null) return null;
  const size = sizeOf(dims);
  const data = emptyData(type, size, mostBytes);
  if (data === null) return null;
  const readers = inputs.map((input) => readerOf(input, dims));
  for (let at = 0; at < size; at++) {
    const [a = 0, b = 0, c = 0] = readers.map((read) => read(at));
    const value = compute(a, b, c);
    if (value === null || Number.isNaN(value)) return null;
    data[at] = typeof value === 'boolean' ? Number(value) : value;
  }
  return constantOf(type, dims, data);
}

/** Reads a constant at the positions of a shape that it is broadcast to. */
function readerOf({ dims, data }: Constant, shape: readonly number[]): (at: number) => Scalar {
  const cellOf = cellReader(dims, shape);
  return (at) => data[cellOf(at)] as Scalar;
}

function concat(inputs: readonly Constant[], axis: number | undefined, mostBytes: number): Constant | null {
  const [first] = inputs as readonly [Constant];
  const rank = first.dims.length;
  if (axis === undefined || axis < 0 || axis >= rank) return null;
  const isFit = inputs.every(
    ({ type, dims }) =>
      type === first.type &&
      dims.length === rank &&
      dims.every((size, index) => index === axis || size === first.dims[index]),
  );
  if (!isFit) return null;
  const along = inputs.reduce((sum, { dims }) => sum + (dims[axis] as number), 0);
  const dims = first.dims.map((size, index) => (index === axis ? along : size));
  const data = emptyData(first.type, sizeOf(dims), mostBytes);
  if (data === null) return null;
  let at = 0;
  for (let outer = 0; outer < sizeOf(dims.slice(0, axis)); outer++) {
    for (const input of inputs) {
      const length = sizeOf(input.dims.slice(axis));
      for (let index = 0; index < length; index++) data[at++] = input.data[outer * length + index] as Scalar;
    }
  }
  return constantOf(first.type, dims, data);
}

function gather(inputs: readonly Constant[], axis: number, mostBytes: number): Constant | null {
  const [table, indices] = inputs;
  if (table === undefined || indices?.type !== 'int64' || axis < 0 || axis >= table.dims.length) return null;
  const size = table.dims[axis] as number;
  const picks = Array.from(indices.data as BigInt64Array, Number);
  if (picks.some((pick) => pick < 0 || pick >= size)) return null;
  const dims = [...table.dims.slice(0, axis), ...indices.dims, ...table.dims.slice(axis + 1)];
  const data = emptyData(table.type, sizeOf(dims), mostBytes);
  if (data === null) return null;
  const inner = sizeOf(table.dims.slice(axis + 1));
  let at = 0;
  for (let outer = 0; outer < sizeOf(table.dims.slice(0, axis)); outer++) {
    for (const pick of picks) {
      const start = (outer * size + pick) * inner;
      for (let index = 0; index < inner; index++) data[at++] = table.data[start + index] as Scalar;
    }
  }
  return constantOf(table.type, dims, data);
}

function reshape([value, shape]: readonly Constant[]): Constant | null {
  if (value === undefined || shape?.type !== 'int64') return null;
  const dims = Array.from(shape.data as BigInt64Array, Number);
  const isPlain = dims.every((size) => size > 0) && sizeOf(dims) === value.data.length;
  return isPlain ? { ...value, dims } : null;
}

/** Somewhere to write `size` values; null for types that are not evaluated, and for too many. */
function emptyData(type: ElementType, size: number, mostBytes: number): Scalar[] | null {
  const bytes = BYTES[type];
  return bytes === undefined || size * bytes > mostBytes ? null : new Array<Scalar>(size);
}

function constantOf(type: ElementType, dims: readonly number[], values: readonly Scalar[]): Constant | null {
  const data = dataOf(type, values);
  if (data === null || (!isText(data) && data.some((value) => Number.isNaN(value)))) return null;
  return { type, dims, data };
}

function dataOf(type: ElementType, values: readonly Scalar[]): ConstantData | null {
  switch (type) {
    case 'double':
      return Float64Array.from(values as readonly number[]);
    case 'float':
      return Float32Array.from(values as readonly number[]);
    case 'int64':
      return BigInt64Array.from(values as readonly bigint[]);
    case 'bool':
      return Uint8Array.from(values as readonly number[]);
    case 'string':
      return values as readonly string[];
    default:
      return null;
  }
}

function isText(data: ConstantData): data is readonly string[] {
  return Array.isArray(data);
}

function intOf(value: AttributeValue | undefined): number | undefined {
  return value !== undefined && 'int' in value ? value.int : undefined;
}
