import { MlxError } from '../errors.js';
import {
  ATTRIBUTE,
  DIMENSION,
  type Dimension,
  ELEMENT_TYPE_BY_NUMBER,
  ELEMENT_TYPES,
  type ElementType,
  ENTRY,
  GRAPH,
  MODEL,
  NODE,
  OPSET,
  SHAPE,
  TENSOR,
  TENSOR_TYPE,
  TYPE,
  VALUE_INFO,
} from './proto.js';
import { BYTES, readFields, readPackedVarints, readText, VARINT, type WireField } from './wire.js';

/** An input or output as declared in the file; `type` is null for what is not a plain tensor. */
export interface GraphValue {
  readonly name: string;
  readonly type: ElementType | null;
  readonly dims: readonly Dimension[];
}

/** What a model file says of itself, read without running it. */
export interface ModelInfo {
  readonly irVersion: number;
  readonly producer: string;
  readonly opsets: Readonly<Record<string, number>>;
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  readonly nodes: number;
  /** How often each operator stands in the graph and its subgraphs; other domains than ONNX's own are named: `ai.onnx.ml.LabelEncoder`. */
  readonly operators: Readonly<Record<string, number>>;
  /** Class names or numbers that a classifier operator declares, in the order of its probabilities. */
  readonly classLabels: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
}

const MAX_BYTES = 2 ** 31 - 1;
const MAX_DEPTH = 8;
const KNOWN_DOMAINS = new Set(['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft']);
/** The attributes in which classifier operators keep their class labels. */
const CLASS_LABELS = new Set(['classlabels_strings', 'classlabels_int64s', 'classlabels_ints']);
/** A few bytes of a sparse tensor can stand for any amount of memory. */
const SPARSE = 'it has sparse tensors, which mlx does not load';
const BYTES_PER_ELEMENT: Partial<Record<number, number>> = {
  [ELEMENT_TYPES.float]: 4,
  [ELEMENT_TYPES.uint8]: 1,
  [ELEMENT_TYPES.int8]: 1,
  [ELEMENT_TYPES.uint16]: 2,
  [ELEMENT_TYPES.int16]: 2,
  [ELEMENT_TYPES.int32]: 4,
  [ELEMENT_TYPES.int64]: 8,
  [ELEMENT_TYPES.bool]: 1,
  [ELEMENT_TYPES.float16]: 2,
  [ELEMENT_TYPES.double]: 8,
  [ELEMENT_TYPES.uint32]: 4,
  [ELEMENT_TYPES.uint64]: 8,
};

/**
 * Reads the structure of an ONNX file and refuses what must not be loaded: no graph, external data,
 * initialisers whose size does not match their bytes, operators outside the known domains, deep nesting.
 * @throws MlxError MODEL_INVALID saying which
 */
export function inspectModel(bytes: Uint8Array): ModelInfo {
  if (bytes.length === 0) throw invalid('the file is empty');
  if (bytes.length > MAX_BYTES) throw invalid('the file is larger than 2 GiB, the limit of the format');
  try {
    return readModel(bytes);
  } catch (error) {
    if (error instanceof MlxError) throw error;
    throw invalid(`the bytes are not an ONNX model (${(error as Error).message})`);
  }
}

function invalid(reason: string): MlxError {
  return new MlxError('MODEL_INVALID', `Not a usable model: ${reason}.`, {
    hint: 'Export the model to ONNX again; the whole model must be in one file.',
  });
}

/** What was met on the way through the graph and its subgraphs. */
interface Findings {
  nodes: number;
  readonly operators: Map<string, number>;
  classLabels: readonly string[];
}

/**
 * The `metadata_props` of a model file, without a look at its graph.
 * @throws MlxError MODEL_INVALID
 */
export function readMetadata(bytes: Uint8Array): Readonly<Record<string, string>> {
  const metadata: Record<string, string> = {};
  try {
    for (const item of readFields(bytes)) {
      if (item.field === MODEL.metadata && item.type === BYTES) readEntry(item.bytes, metadata);
    }
  } catch (error) {
    throw invalid(`the bytes are not an ONNX model (${(error as Error).message})`);
  }
  return metadata;
}

function readModel(bytes: Uint8Array): ModelInfo {
  const opsets: Record<string, number> = {};
  const metadata: Record<string, string> = {};
  const findings: Findings = { nodes: 0, operators: new Map(), classLabels: [] };
  let irVersion = 0;
  let producer = '';
  let graph: Uint8Array | undefined;
  for (const item of readFields(bytes)) {
    if (item.field === MODEL.irVersion && item.type === VARINT) irVersion = item.value;
    else if (item.type !== BYTES) continue;
    else if (item.field === MODEL.producerName) producer = readText(item.bytes);
    else if (item.field === MODEL.graph) {
      if (graph !== undefined) throw invalid('it has more than one graph');
      graph = item.bytes;
    } else if (item.field === MODEL.functions)
      throw invalid('it defines functions of its own, which mlx does not load');
    else if (item.field === MODEL.opsetImport) readOpset(item.bytes, opsets);
    else if (item.field === MODEL.metadata) readEntry(item.bytes, metadata);
  }
  if (graph === undefined) throw invalid('it has no graph');
  if (irVersion === 0) throw invalid('it names no ONNX version');
  const { inputs, outputs } = readGraph(graph, 0, findings);
  const { nodes, operators, classLabels } = findings;
  return {
    irVersion,
    producer,
    opsets,
    metadata,
    inputs,
    outputs,
    nodes,
    operators: Object.fromEntries(operators),
    classLabels,
  };
}

function readOpset(bytes: Uint8Array, opsets: Record<string, number>): void {
  let domain = '';
  let version = 0;
  for (const item of readFields(bytes)) {
    if (item.field === OPSET.domain) domain = readText(item.bytes);
    else if (item.field === OPSET.version) version = item.value;
  }
  opsets[domain] = version;
}

function readEntry(bytes: Uint8Array, metadata: Record<string, string>): void {
  let key = '';
  let value = '';
  for (const item of readFields(bytes)) {
    if (item.field === ENTRY.key) key = readText(item.bytes);
    else if (item.field === ENTRY.value) value = readText(item.bytes);
  }
  Object.defineProperty(metadata, key, { value, enumerable: true, configurable: true, writable: true });
}

function readGraph(
  bytes: Uint8Array,
  depth: number,
  findings: Findings,
): Pick<ModelInfo, 'inputs' | 'outputs'> {
  if (depth > MAX_DEPTH) throw invalid(`its graphs are nested deeper than ${MAX_DEPTH}`);
  const inputs: GraphValue[] = [];
  const outputs: GraphValue[] = [];
  const initialised = new Set<string>();
  for (const item of readFields(bytes)) {
    if (item.type !== BYTES) continue;
    if (item.field === GRAPH.node) checkNode(item.bytes, depth, findings);
    else if (item.field === GRAPH.sparseInitializer) throw invalid(SPARSE);
    else if (item.field === GRAPH.initializer) initialised.add(checkTensor(item.bytes));
    else if (item.field === GRAPH.input) inputs.push(readValue(item.bytes));
    else if (item.field === GRAPH.output) outputs.push(readValue(item.bytes));
  }
  return { inputs: inputs.filter((input) => !initialised.has(input.name)), outputs };
}

/** Checks one operator and what hangs on it. */
function checkNode(bytes: Uint8Array, depth: number, findings: Findings): void {
  findings.nodes++;
  let op = '';
  let domain = '';
  for (const item of readFields(bytes)) {
    if (item.field === NODE.opType) op = readText(item.bytes);
    else if (item.field === NODE.domain) {
      domain = readText(item.bytes);
      if (!KNOWN_DOMAINS.has(domain))
        throw invalid(
          `the operator ${op} comes from the domain "${domain.slice(0, 60)}", which ONNX Runtime does not have`,
        );
    } else if (item.field === NODE.attribute) checkAttribute(item.bytes, depth, findings);
  }
  const name = domain === '' || domain === 'ai.onnx' ? op : `${domain}.${op}`;
  findings.operators.set(name, (findings.operators.get(name) ?? 0) + 1);
}

function checkAttribute(bytes: Uint8Array, depth: number, findings: Findings): void {
  let name = '';
  const labels: string[] = [];
  for (const item of readFields(bytes)) {
    if (item.field === ATTRIBUTE.name) name = readText(item.bytes);
    else if (item.field === ATTRIBUTE.g || item.field === ATTRIBUTE.graphs) {
      readGraph(item.bytes, depth + 1, findings);
    } else if (item.field === ATTRIBUTE.sparseTensor || item.field === ATTRIBUTE.sparseTensors) {
      throw invalid(SPARSE);
    } else if (item.field === ATTRIBUTE.t || item.field === ATTRIBUTE.tensors) checkTensor(item.bytes);
    else if (item.field === ATTRIBUTE.strings && CLASS_LABELS.has(name)) labels.push(readText(item.bytes));
    else if (item.field === ATTRIBUTE.ints && CLASS_LABELS.has(name))
      labels.push(...Array.from(integersOf(item), String));
  }
  if (labels.length > 0) findings.classLabels = labels;
}

/** Refuses tensors that point outside the file or claim another size than they have; returns the name. */
function checkTensor(bytes: Uint8Array): string {
  let name = '';
  let elements = 1;
  let dataType = 0;
  let raw: number | undefined;
  for (const item of readFields(bytes)) {
    if (item.field === TENSOR.externalData || (item.field === TENSOR.dataLocation && item.value !== 0)) {
      throw invalid('a tensor keeps its data in another file');
    }
    if (item.field === TENSOR.dims)
      elements = Array.from(integersOf(item)).reduce((product, dim) => product * dim, elements);
    else if (item.field === TENSOR.dataType) dataType = item.value;
    else if (item.field === TENSOR.name) name = readText(item.bytes);
    else if (item.field === TENSOR.rawData) raw = item.bytes.length;
  }
  const size = BYTES_PER_ELEMENT[dataType];
  const mismatch =
    raw !== undefined && size !== undefined ? raw !== elements * size : elements > bytes.length;
  if (mismatch)
    throw invalid(`the tensor "${name.slice(0, 60)}" claims ${elements} elements but does not hold them`);
  return name;
}

function integersOf(item: WireField): ArrayLike<number> {
  return item.type === VARINT ? [item.value] : readPackedVarints(item.bytes);
}

/** An input or output of a graph. */
export function readValue(bytes: Uint8Array): GraphValue {
  let name = '';
  let type: ElementType | null = null;
  let dims: Dimension[] = [];
  for (const item of readFields(bytes)) {
    if (item.field === VALUE_INFO.name) name = readText(item.bytes);
    else if (item.field === VALUE_INFO.type) {
      for (const kind of readFields(item.bytes)) {
        if (kind.field === TYPE.tensor && kind.type === BYTES) ({ type, dims } = readTensorType(kind.bytes));
      }
    }
  }
  return { name, type, dims };
}

function readTensorType(bytes: Uint8Array): { type: ElementType | null; dims: Dimension[] } {
  let type: ElementType | null = null;
  const dims: Dimension[] = [];
  for (const item of readFields(bytes)) {
    if (item.field === TENSOR_TYPE.elementType) type = ELEMENT_TYPE_BY_NUMBER.get(item.value) ?? null;
    else if (item.field === TENSOR_TYPE.shape) {
      for (const dimension of readFields(item.bytes)) {
        if (dimension.field === SHAPE.dimension) dims.push(readDimension(dimension.bytes));
      }
    }
  }
  return { type, dims };
}

function readDimension(bytes: Uint8Array): Dimension {
  for (const item of readFields(bytes)) {
    if (item.field === DIMENSION.value && item.type === VARINT) return item.value;
    if (item.field === DIMENSION.parameter) return readText(item.bytes);
  }
  return 'N';
}
