/** Name, datatype and shape of a tensor, as metadata says them; -1 = any. */
export interface TensorSpec {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

/** Bytes of one element; BYTES has a length of its own for each. */
const ELEMENT_BYTES = {
  BOOL: 1,
  UINT8: 1,
  UINT16: 2,
  UINT32: 4,
  UINT64: 8,
  INT8: 1,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  FP16: 2,
  BF16: 2,
  FP32: 4,
  FP64: 8,
  BYTES: null,
} as const;

export type Datatype = keyof typeof ELEMENT_BYTES;
export type NumericType = Exclude<Datatype, 'BOOL' | 'BYTES'>;

export function isDatatype(value: unknown): value is Datatype {
  return typeof value === 'string' && Object.hasOwn(ELEMENT_BYTES, value);
}

export function isNumeric(datatype: Datatype): datatype is NumericType {
  return datatype !== 'BOOL' && datatype !== 'BYTES';
}

/** Bytes of one element; null for BYTES. */
export function elementBytes(datatype: Datatype): number | null {
  return ELEMENT_BYTES[datatype];
}

/** A tensor's elements in row-major order: values as JSON has them, or the bytes of the binary extension. */
export type TensorData =
  | { readonly kind: 'values'; readonly values: readonly unknown[] }
  | { readonly kind: 'raw'; readonly bytes: Buffer };

/** A tensor of a request. */
export interface InputTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: TensorData;
  /** Where it stands in the request, for messages: `inputs[0]`. */
  readonly field: string;
}

/** A tensor that a request asks for. */
export interface RequestedOutput {
  readonly name: string;
  readonly isBinary: boolean;
  /** The most likely classes so many, as text, instead of the tensor; null: the tensor. */
  readonly topClasses: number | null;
  /** Where it stands in the request, for messages. */
  readonly field: string;
}

export type Parameters = Readonly<Record<string, string | number | boolean>>;

/** An inference request, whatever protocol brought it. */
export interface InferenceRequest {
  readonly id: string | undefined;
  readonly parameters: Parameters;
  readonly inputs: readonly InputTensor[];
  /** Empty: all that the model has. */
  readonly outputs: readonly RequestedOutput[];
  /** How outputs are given that are not asked for by name. */
  readonly isBinary: boolean;
}

/** A tensor of an answer: float32 numbers, or labels. */
export interface OutputTensor extends TensorSpec {
  readonly datatype: Datatype;
  readonly data: Float32Array | readonly (string | number)[];
  readonly isBinary: boolean;
}
