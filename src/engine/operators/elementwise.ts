import { sizeOf } from '../../onnx/dims.js';
import { broadcast } from '../broadcast.js';
import {
  type EngineType,
  type MakeTensor,
  type Operand,
  type Planned,
  rowsOf,
  Unsupported,
} from '../tensor.js';

type Unary = (a: number) => number;
type Binary = (a: number, b: number) => number;

/**
 * One rounding after the double operation gives the float32 result of +, −, × and ÷.
 * Source: Figueroa, "When is double rounding innocuous?", SIGNUM Newsletter 30(3), 1995.
 */
const ARITHMETIC: Readonly<Record<string, Binary>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Min: Math.min,
  Max: Math.max,
};

/** Of hashes and places, which lie far below 2^53. */
const INTEGER_ARITHMETIC: Readonly<Record<string, Binary>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  // The sign is the divisor's.
  Mod: (a, b) => a - b * Math.floor(a / b),
};

const COMPARISONS: Readonly<Record<string, Binary>> = {
  Equal: (a, b) => (a === b ? 1 : 0),
  Less: (a, b) => (a < b ? 1 : 0),
  LessOrEqual: (a, b) => (a <= b ? 1 : 0),
  Greater: (a, b) => (a > b ? 1 : 0),
  GreaterOrEqual: (a, b) => (a >= b ? 1 : 0),
  And: (a, b) => a * b,
  Or: (a, b) => (a + b === 0 ? 0 : 1),
};

const UNARY: Readonly<Record<string, Unary>> = {
  Abs: Math.abs,
  Neg: (a) => -a,
  Floor: Math.floor,
  Ceil: Math.ceil,
  Sqrt: Math.sqrt,
  Round: roundHalfEven,
};

const TESTS: Readonly<Record<string, Unary>> = {
  IsNaN: (a) => (Number.isNaN(a) ? 1 : 0),
  Not: (a) => 1 - a,
};

/** Names of the operators that work cell by cell. */
export const ELEMENTWISE = [
  ...new Set([ARITHMETIC, INTEGER_ARITHMETIC, COMPARISONS, UNARY, TESTS].flatMap(Object.keys)),
  'Where',
  'Clip',
];

/** An operator that works cell by cell, with broadcasting. @throws Unsupported */
export function planElementwise(op: string, inputs: readonly Operand[], make: MakeTensor): Planned {
  if (inputs.some(({ type }) => type === 'string')) throw new Unsupported(`${op} of texts`);
  const [first, second] = inputs;
  if (op === 'Where') return planWhere(inputs, make);
  if (op === 'Clip') return planClip(inputs, make);
  const { type } = first ?? rowsOf(first);
  const unary = UNARY[op] ?? TESTS[op];
  if (unary !== undefined) {
    if (inputs.length !== 1) throw new Unsupported(`${op} of ${inputs.length} tensors`);
    return planUnary(rounded(unary, type), op in TESTS ? 'bool' : type, rowsOf(first), make);
  }
  if (inputs.length !== 2 || second?.type !== type) throw new Unsupported(`${op} of other tensors`);
  const comparison = COMPARISONS[op];
  if (comparison !== undefined) return planBinary(comparison, 'bool', inputs, make);
  const isWhole = type === 'int64' || type === 'int32';
  const compute = (isWhole ? INTEGER_ARITHMETIC : ARITHMETIC)[op];
  if (compute === undefined || type === 'bool') throw new Unsupported(`${op} of ${type}`);
  return planBinary(type === 'float' ? (a, b) => Math.fround(compute(a, b)) : compute, type, inputs, make);
}

/** Cell by cell of one tensor; the shape stays. */
export function planUnary(compute: Unary, type: EngineType, input: Operand, make: MakeTensor): Planned {
  const { numbers: given, dims, width } = rowsOf(input);
  const output = make(type, dims);
  const { numbers } = output;
  const kernel = (rows: number): void => {
    for (let cell = 0; cell < rows * width; cell++) numbers[cell] = compute(given[cell] as number);
  };
  return { output, kernel };
}

function planBinary(
  compute: Binary,
  type: EngineType,
  inputs: readonly Operand[],
  make: MakeTensor,
): Planned {
  const { dims, readings } = broadcast(inputs);
  const [a, b] = inputs.map(({ numbers }) => numbers) as [Float64Array, Float64Array];
  const [ofA, ofB] = readings as [(typeof readings)[0], (typeof readings)[0]];
  const width = sizeOf(dims);
  const output = make(type, dims);
  const { numbers } = output;
  const kernel = (rows: number): void => {
    let at = 0;
    for (let row = 0; row < rows; row++) {
      const startA = row * ofA.stride;
      const startB = row * ofB.stride;
      for (let cell = 0; cell < width; cell++) {
        numbers[at++] = compute(
          a[startA + (ofA.cells[cell] as number)] as number,
          b[startB + (ofB.cells[cell] as number)] as number,
        );
      }
    }
  };
  return { output, kernel };
}

function planWhere(inputs: readonly Operand[], make: MakeTensor): Planned {
  const [condition, whenTrue, whenFalse] = inputs;
  if (condition?.type !== 'bool' || whenTrue === undefined || whenTrue.type !== whenFalse?.type)
    throw new Unsupported('Where of other tensors');
  const { dims, readings } = broadcast(inputs);
  const [ofCondition, ofTrue, ofFalse] = readings as [
    (typeof readings)[0],
    (typeof readings)[0],
    (typeof readings)[0],
  ];
  const width = sizeOf(dims);
  const output = make(whenTrue.type, dims);
  const { numbers } = output;
  const kernel = (rows: number): void => {
    let at = 0;
    for (let row = 0; row < rows; row++) {
      for (let cell = 0; cell < width; cell++) {
        const isTrue = condition.numbers[row * ofCondition.stride + (ofCondition.cells[cell] as number)];
        numbers[at++] = (
          isTrue === 1
            ? whenTrue.numbers[row * ofTrue.stride + (ofTrue.cells[cell] as number)]
            : whenFalse.numbers[row * ofFalse.stride + (ofFalse.cells[cell] as number)]
        ) as number;
      }
    }
  };
  return { output, kernel };
}

function planClip([input, low, high, ...rest]: readonly Operand[], make: MakeTensor): Planned {
  const isPlain =
    input !== undefined &&
    rest.length === 0 &&
    [low, high].every(
      (bound) => bound?.kind === 'constant' && bound.type === input.type && bound.numbers.length === 1,
    );
  if (!isPlain) throw new Unsupported('Clip without two bounds');
  const [least, most] = [low?.numbers[0] as number, high?.numbers[0] as number];
  return planUnary((value) => Math.min(Math.max(value, least), most), input.type, input, make);
}

function rounded(compute: Unary, type: EngineType): Unary {
  if (type !== 'float') return compute;
  return (a) => Math.fround(compute(a));
}

/** To the nearest whole number, and of two as near to the even one, as IEEE 754 says. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
