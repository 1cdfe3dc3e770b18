import type { ElementType } from '../onnx/proto.js';

/**
 * Numbers of all types as doubles: floats are rounded to float32, int64 are whole (up to 2^53, and -2^63, which stands for a
 * missing time), bools 0 and 1.
 */
export type Numbers = Float64Array;

/** The element types that the engine computes with. */
export type EngineType = Extract<ElementType, 'float' | 'double' | 'int64' | 'int32' | 'bool' | 'string'>;

/** What an operator reads: a tensor of the batch, or a constant. */
export type Operand = RowTensor | ConstantTensor;

/** A tensor whose first axis is the batch. */
export interface RowTensor {
  readonly kind: 'rows';
  readonly type: EngineType;
  /** Without the batch. */
  readonly dims: readonly number[];
  /** Cells of one row: the product of the dims. */
  readonly width: number;
  /** Of as many rows as run at once, row-major; none for texts. */
  readonly numbers: Numbers;
  /** None for numbers. */
  readonly texts: string[];
}

export interface ConstantTensor {
  readonly kind: 'constant';
  readonly type: EngineType;
  readonly dims: readonly number[];
  readonly numbers: Numbers;
  readonly texts: readonly string[];
}

/** Computes the output of one operator for the first `rows` rows of its inputs. */
export type Kernel = (rows: number) => void;

/** What an operator makes. */
export interface Planned {
  readonly output: RowTensor;
  readonly kernel: Kernel;
}

/** Something in the model that the engine does not compute; ONNX Runtime does. */
export class Unsupported extends Error {}

/** Makes an empty tensor for the rows that run at once. */
export type MakeTensor = (type: EngineType, dims: readonly number[]) => RowTensor;

/** The operand as a tensor of the batch. @throws Unsupported for a constant */
export function rowsOf(operand: Operand | undefined): RowTensor {
  if (operand?.kind === 'rows') return operand;
  throw new Unsupported('an operator on constants alone');
}

/** The operand as a constant. @throws Unsupported for a tensor of the batch */
export function constantOf(operand: Operand | undefined): ConstantTensor {
  if (operand?.kind === 'constant') return operand;
  throw new Unsupported('an operator whose shape depends on the rows');
}
