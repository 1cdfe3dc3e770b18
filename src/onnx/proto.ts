/**
 * Field numbers and constants of the ONNX format. Source: onnx.proto of the ONNX project (IR version 8).
 */
export const MODEL = {
  irVersion: 1,
  producerName: 2,
  producerVersion: 3,
  graph: 7,
  opsetImport: 8,
  metadata: 14,
  functions: 25,
};
export const OPSET = { domain: 1, version: 2 };
export const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12, sparseInitializer: 15 };
export const NODE = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 };
export const ATTRIBUTE = {
  name: 1,
  f: 2,
  i: 3,
  s: 4,
  t: 5,
  g: 6,
  floats: 7,
  ints: 8,
  strings: 9,
  tensors: 10,
  graphs: 11,
  type: 20,
  sparseTensor: 22,
  sparseTensors: 23,
};
export const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7, strings: 8 };
export const TENSOR = {
  dims: 1,
  dataType: 2,
  stringData: 6,
  name: 8,
  rawData: 9,
  externalData: 13,
  dataLocation: 14,
};
export const VALUE_INFO = { name: 1, type: 2 };
export const TYPE = { tensor: 1 };
export const TENSOR_TYPE = { elementType: 1, shape: 2 };
export const SHAPE = { dimension: 1 };
export const DIMENSION = { value: 1, parameter: 2 };
export const ENTRY = { key: 1, value: 2 };

/** Element types that mlx reads and writes, by their ONNX number. */
export const ELEMENT_TYPES = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
} as const;

export type ElementType = keyof typeof ELEMENT_TYPES;

export const ELEMENT_TYPE_BY_NUMBER: ReadonlyMap<number, ElementType> = new Map(
  Object.entries(ELEMENT_TYPES).map(([name, number]) => [number, name as ElementType]),
);

export const IR_VERSION = 8;
export const OPSET_VERSION = 17;
export const ML_OPSET_VERSION = 3;
/** The version that has `TreeEnsemble`, and no other operator of trees; imported only where a graph uses it. */
export const TREE_ENSEMBLE_OPSET_VERSION = 5;
export const ML_DOMAIN = 'ai.onnx.ml';
/** ONNX Runtime's own operators; a graph imports them only where it uses one. */
export const MICROSOFT_DOMAIN = 'com.microsoft';
export const MICROSOFT_OPSET_VERSION = 1;

/** A dimension: a number, or the name of one that is free (`N`). */
export type Dimension = number | string;
