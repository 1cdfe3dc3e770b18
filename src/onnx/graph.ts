import {
  ATTRIBUTE,
  ATTRIBUTE_TYPE,
  DIMENSION,
  type Dimension,
  ELEMENT_TYPES,
  type ElementType,
  ENTRY,
  GRAPH,
  IR_VERSION,
  MICROSOFT_DOMAIN,
  MICROSOFT_OPSET_VERSION,
  ML_DOMAIN,
  ML_OPSET_VERSION,
  MODEL,
  NODE,
  OPSET,
  OPSET_VERSION,
  SHAPE,
  TENSOR,
  TENSOR_TYPE,
  TYPE,
  VALUE_INFO,
} from './proto.js';
import { WireWriter } from './wire.js';

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
  | { readonly strings: readonly string[] | PickedStrings };

export interface NodeOptions {
  /** Element type of the (first) output. */
  readonly type: ElementType;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** Operator set; the default is the standard one. */
  readonly domain?: typeof ML_DOMAIN | typeof MICROSOFT_DOMAIN;
}

export type ConstantData = Float32Array | Float64Array | BigInt64Array | Uint8Array | readonly string[];

interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly options: NodeOptions;
}

interface Value {
  readonly ref: TensorRef;
  readonly dims: readonly Dimension[];
}

/**
 * Builds one ONNX model: opset 17 with ai.onnx.ml 3, IR 8. Nodes are kept in the order in which they were
 * added (so the graph is sorted topologically); equal constants are stored once; nodes and constants that no
 * output needs are left out of the file.
 */
export class GraphBuilder {
  readonly #inputs: Value[] = [];
  readonly #outputs: { readonly value: Value; readonly source: string }[] = [];
  readonly #nodes: Node[] = [];
  readonly #constants = new Map<string, { readonly name: string; readonly bytes: Uint8Array }>();
  #counter = 0;

  /** Declares a graph input. Names are unique and part of the model's contract. */
  input(name: string, type: ElementType, dims: readonly Dimension[]): TensorRef {
    const ref = { name, type };
    this.#inputs.push({ ref, dims });
    return ref;
  }

  /** A constant of the given shape; `bool` data is a Uint8Array of 0 and 1. */
  constant(type: ElementType, dims: readonly number[], data: ConstantData): TensorRef {
    const body = new WireWriter();
    if (dims.length > 0) body.packedVarints(TENSOR.dims, dims);
    body.varintField(TENSOR.dataType, ELEMENT_TYPES[type]);
    if (isStringData(data)) {
      for (const text of data) body.stringField(TENSOR.stringData, text);
    } else {
      body.bytesField(TENSOR.rawData, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
    const key = Buffer.from(body.finish()).toString('latin1');
    let entry = this.#constants.get(key);
    if (entry === undefined) {
      const name = this.#fresh('c');
      body.stringField(TENSOR.name, name);
      entry = { name, bytes: body.finish() };
      this.#constants.set(key, entry);
    }
    return { name: entry.name, type };
  }

  /** Adds an operator with one output. */
  node(op: string, inputs: readonly TensorRef[], options: NodeOptions): TensorRef {
    const output = this.#fresh(op.toLowerCase());
    this.#nodes.push({ op, inputs: inputs.map((input) => input.name), output, options });
    return { name: output, type: options.type };
  }

  /** Declares a graph output of that name, shape and the tensor's type. */
  output(name: string, tensor: TensorRef, dims: readonly Dimension[]): void {
    this.#outputs.push({ value: { ref: { name, type: tensor.type }, dims }, source: tensor.name });
  }

  /** The model file. `metadata` becomes `metadata_props`, in the given order. */
  build(metadata: Readonly<Record<string, string>>, producerVersion: string): Uint8Array {
    const model = new WireWriter();
    model.varintField(MODEL.irVersion, IR_VERSION);
    model.stringField(MODEL.producerName, 'mlx');
    model.stringField(MODEL.producerVersion, producerVersion);
    const opsets: (readonly [string, number])[] = [
      ['', OPSET_VERSION],
      [ML_DOMAIN, ML_OPSET_VERSION],
    ];
    // Named only where it is used: a runtime that does not know it must not refuse other models.
    if (this.#liveNodes().some(({ options }) => options.domain === MICROSOFT_DOMAIN)) {
      opsets.push([MICROSOFT_DOMAIN, MICROSOFT_OPSET_VERSION]);
    }
    for (const [domain, version] of opsets) {
      model.messageField(MODEL.opsetImport, (opset) => {
        opset.stringField(OPSET.domain, domain);
        opset.varintField(OPSET.version, version);
      });
    }
    model.bytesField(MODEL.graph, this.#graph());
    for (const [key, value] of Object.entries(metadata))
      model.bytesField(MODEL.metadata, entryBytes(key, value));
    return model.finish();
  }

  #graph(): Uint8Array {
    const nodes = this.#liveNodes();
    const used = new Set(nodes.flatMap((node) => node.inputs));
    const graph = new WireWriter();
    for (const node of nodes) graph.messageField(GRAPH.node, (writer) => writeNode(writer, node));
    for (const { value, source } of this.#outputs) {
      used.add(source);
      const identity = {
        op: 'Identity',
        inputs: [source],
        output: value.ref.name,
        options: { type: value.ref.type },
      };
      graph.messageField(GRAPH.node, (writer) => writeNode(writer, identity));
    }
    graph.stringField(GRAPH.name, 'mlx');
    for (const { name, bytes } of this.#constants.values()) {
      if (used.has(name)) graph.bytesField(GRAPH.initializer, bytes);
    }
    for (const input of this.#inputs) graph.messageField(GRAPH.input, (writer) => writeValue(writer, input));
    for (const { value } of this.#outputs)
      graph.messageField(GRAPH.output, (writer) => writeValue(writer, value));
    return graph.finish();
  }

  #liveNodes(): Node[] {
    const needed = new Set(this.#outputs.map((output) => output.source));
    const live: Node[] = [];
    for (const node of this.#nodes.toReversed()) {
      if (!needed.has(node.output)) continue;
      for (const input of node.inputs) needed.add(input);
      live.push(node);
    }
    return live.reverse();
  }

  #fresh(stem: string): string {
    this.#counter++;
    return `_${stem}_${this.#counter}`;
  }
}

/** One `metadata_props` entry as a field of the model; appending it to a model file adds the entry. */
export function metadataField(key: string, value: string): Uint8Array {
  const writer = new WireWriter();
  writer.bytesField(MODEL.metadata, entryBytes(key, value));
  return writer.finish();
}

function entryBytes(key: string, value: string): Uint8Array {
  const writer = new WireWriter();
  writer.stringField(ENTRY.key, key);
  writer.stringField(ENTRY.value, value);
  return writer.finish();
}

function isStringData(data: ConstantData): data is readonly string[] {
  return Array.isArray(data);
}

function writeNode(writer: WireWriter, node: Node): void {
  for (const input of node.inputs) writer.stringField(NODE.input, input);
  writer.stringField(NODE.output, node.output);
  writer.stringField(NODE.name, `n${node.output}`);
  writer.stringField(NODE.opType, node.op);
  for (const [name, value] of Object.entries(node.options.attributes ?? {})) {
    writer.messageField(NODE.attribute, (attribute) => writeAttribute(attribute, name, value));
  }
  if (node.options.domain !== undefined) writer.stringField(NODE.domain, node.options.domain);
}

function writeAttribute(writer: WireWriter, name: string, value: AttributeValue): void {
  writer.stringField(ATTRIBUTE.name, name);
  if ('int' in value) {
    writer.varintField(ATTRIBUTE.i, value.int);
    writer.varintField(ATTRIBUTE.type, ATTRIBUTE_TYPE.int);
  } else if ('float' in value) {
    writer.floatField(ATTRIBUTE.f, value.float);
    writer.varintField(ATTRIBUTE.type, ATTRIBUTE_TYPE.float);
  } else if ('string' in value) {
    writer.stringField(ATTRIBUTE.s, value.string);
    writer.varintField(ATTRIBUTE.type, ATTRIBUTE_TYPE.string);
  } else if ('ints' in value) {
    writer.packedVarints(ATTRIBUTE.ints, value.ints);
    writer.varintField(ATTRIBUTE.type, ATTRIBUTE_TYPE.ints);
  } else if ('floats' in value) {
    writer.packedFloats(ATTRIBUTE.floats, value.floats);
    writer.varintField(ATTRIBUTE.type, ATTRIBUTE_TYPE.floats);
  } else {
    writeStrings(writer, value.strings);
    writer.varintField(ATTRIBUTE.type, ATTRIBUTE_TYPE.strings);
  }
}

function writeStrings(writer: WireWriter, strings: readonly string[] | PickedStrings): void {
  if (!('picks' in strings)) {
    for (const text of strings) writer.stringField(ATTRIBUTE.strings, text);
    return;
  }
  const table = strings.table.map((text) => Buffer.from(text));
  for (const pick of strings.picks) writer.bytesField(ATTRIBUTE.strings, table[pick] as Buffer);
}

function writeValue(writer: WireWriter, { ref, dims }: Value): void {
  writer.stringField(VALUE_INFO.name, ref.name);
  writer.messageField(VALUE_INFO.type, (type) =>
    type.messageField(TYPE.tensor, (tensor) => {
      tensor.varintField(TENSOR_TYPE.elementType, ELEMENT_TYPES[ref.type]);
      tensor.messageField(TENSOR_TYPE.shape, (shape) => {
        for (const dim of dims) shape.messageField(SHAPE.dimension, (writer) => writeDimension(writer, dim));
      });
    }),
  );
}

function writeDimension(writer: WireWriter, dim: Dimension): void {
  if (typeof dim === 'number') writer.varintField(DIMENSION.value, dim);
  else writer.stringField(DIMENSION.parameter, dim);
}
