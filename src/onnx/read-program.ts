import { MlxError } from '../errors.js';
import { sizeOf } from './dims.js';
import { type GraphValue, readValue } from './inspect.js';
import type { Constant, ConstantData } from './program.js';
import { ELEMENT_TYPE_BY_NUMBER, type ElementType, GRAPH, NODE, TENSOR } from './proto.js';
import { Attributes, graphOf, namesOf, readingModel } from './read-graph.js';
import { BYTES, readFields, readPackedVarints, readText, VARINT } from './wire.js';

/** One operator of a model file. */
export interface ReadOperator {
  readonly op: string;
  /** '' = ONNX's own. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** The graph of a model file. */
export interface ReadProgram {
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  /** In the order in which they can run. */
  readonly operators: readonly ReadOperator[];
  /** Those of types that mlx writes. */
  readonly constants: ReadonlyMap<string, Constant>;
}

/**
 * Reads the graph of a model file that may be loaded.
 * @throws MlxError MODEL_INVALID when the bytes are no model
 */
export function readProgram(model: Uint8Array): ReadProgram {
  return readingModel(() => {
    const graph = graphOf(model);
    const inputs: GraphValue[] = [];
    const outputs: GraphValue[] = [];
    const operators: ReadOperator[] = [];
    const constants = new Map<string, Constant>();
    for (const { field, type, bytes } of readFields(graph)) {
      if (type !== BYTES) continue;
      if (field === GRAPH.input) inputs.push(readValue(bytes));
      else if (field === GRAPH.output) outputs.push(readValue(bytes));
      else if (field === GRAPH.node) operators.push(readOperator(bytes));
      else if (field === GRAPH.initializer) {
        const constant = readConstant(bytes);
        if (constant !== null) constants.set(namesOf(bytes, TENSOR.name).at(-1) ?? '', constant);
      }
    }
    return { inputs: inputs.filter(({ name }) => !constants.has(name)), outputs, operators, constants };
  });
}

function readOperator(node: Uint8Array): ReadOperator {
  const attributes = new Attributes(node);
  const last = (field: number): string => namesOf(node, field).at(-1) ?? '';
  const domain = last(NODE.domain);
  return {
    op: last(NODE.opType),
    domain: domain === 'ai.onnx' ? '' : domain,
    inputs: attributes.inputs,
    outputs: namesOf(node, NODE.output),
    attributes,
  };
}

/** A tensor as mlx writes it: raw data, or texts. Null for others. */
function readConstant(tensor: Uint8Array): Constant | null {
  let dims: readonly number[] = [];
  let type: ElementType | undefined;
  let raw: Uint8Array | undefined;
  const texts: string[] = [];
  for (const { field, type: wire, value, bytes } of readFields(tensor)) {
    if (field === TENSOR.dims) dims = wire === VARINT ? [...dims, value] : [...readPackedVarints(bytes)];
    else if (field === TENSOR.dataType) type = ELEMENT_TYPE_BY_NUMBER.get(value);
    else if (field === TENSOR.rawData) raw = bytes;
    else if (field === TENSOR.stringData) texts.push(readText(bytes));
  }
  const data = dataOf(type, raw ?? new Uint8Array(), texts);
  return type === undefined || data === null || data.length !== sizeOf(dims) ? null : { type, dims, data };
}

function dataOf(
  type: ElementType | undefined,
  raw: Uint8Array,
  texts: readonly string[],
): ConstantData | null {
  // A copy, for the bytes may lie anywhere and numbers may not.
  const { buffer } = new Uint8Array(raw);
  try {
    switch (type) {
      case 'float':
        return new Float32Array(buffer);
      case 'double':
        return new Float64Array(buffer);
      case 'int64':
        return new BigInt64Array(buffer);
      case 'bool':
        return new Uint8Array(buffer);
      case 'string':
        return texts;
      default:
        return null;
    }
  } catch (error) {
    throw new MlxError('MODEL_INVALID', 'A constant of the model is cut off.', { cause: error });
  }
}
