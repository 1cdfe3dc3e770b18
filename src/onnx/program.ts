import type { Dimension, ElementType, MICROSOFT_DOMAIN, ML_DOMAIN } from './proto.js';

/** A value that flows in the graph. */
export interface TensorRef {
  readonly name: string;
  readonly type: ElementType;
}

/** Strings out of a small table: entry i is `table[picks[i]]`. Keeps millions of node modes small in memory. */
export interface PickedStrings {
  readonly table: readonly string[];
  readonly picks: Uint8Array;
}

export type AttributeValue =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: ArrayLike<number> }
  | { readonly floats: ArrayLike<number> }
  | { readonly strings: readonly string[] | PickedStrings }
  | { readonly tensor: Constant };

export interface NodeOptions {
  /** Element type of the (first) output. */
  readonly type: ElementType;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** Operator set; the default is the standard one. */
  readonly domain?: typeof ML_DOMAIN | typeof MICROSOFT_DOMAIN;
}

export type ConstantData = Float32Array | Float64Array | BigInt64Array | Uint8Array | readonly string[];

/** One operator with one output. */
export interface Operator {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly options: NodeOptions;
}

/** A constant tensor, row-major; `bool` data is a Uint8Array of 0 and 1. */
export interface Constant {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: ConstantData;
}

/** A graph input or output as it is declared. */
export interface Value {
  readonly ref: TensorRef;
  readonly dims: readonly Dimension[];
}

/** What a graph computes: operators sorted topologically, and the names of the tensors that leave it. */
export interface Program {
  readonly inputs: readonly Value[];
  readonly operators: readonly Operator[];
  readonly results: readonly string[];
}

/** Makes constants and names; equal constants get one name. */
export interface Namer {
  constant(type: ElementType, dims: readonly number[], data: ConstantData): TensorRef;
  /** The constant of that name, if it is one. */
  constantNamed(name: string): Constant | undefined;
  fresh(stem: string): string;
}
