import { MlxError } from '../errors.js';
import { writeValue } from './encode.js';
import { pickTexts } from './pick-texts.js';
import type { Value } from './program.js';
import { ATTRIBUTE, ELEMENT_TYPES, type ElementType, GRAPH, MODEL, NODE, TENSOR } from './proto.js';
import {
  BYTES,
  FieldCursor,
  readFields,
  readPackedNaturals,
  readPackedVarints,
  readText,
  VARINT,
  WireWriter,
} from './wire.js';

/** The attributes of one operator, read when they are asked for. */
export class Attributes {
  /** Names of the tensors that the operator reads. */
  readonly inputs: readonly string[];
  readonly #parts = new Map<string, Uint8Array>();

  constructor(node: Uint8Array) {
    this.inputs = namesOf(node, NODE.input);
    for (const { bytes } of fieldsOf(node, NODE.attribute)) {
      const name = firstOf(bytes, ATTRIBUTE.name);
      if (name !== null) this.#parts.set(readText(name), bytes);
    }
  }

  /** Of the attributes that the operator has. */
  get names(): readonly string[] {
    return [...this.#parts.keys()];
  }

  integer(name: string): number | undefined {
    for (const item of readFields(this.#part(name)))
      if (item.field === ATTRIBUTE.i && item.type === VARINT) return item.value;
    return undefined;
  }

  /** None where there is no such attribute. */
  texts(name: string): string[] {
    return namesOf(this.#part(name), ATTRIBUTE.strings);
  }

  /** None where there is no such attribute. */
  integers(name: string): Float64Array {
    for (const { bytes } of fieldsOf(this.#part(name), ATTRIBUTE.ints)) return readPackedVarints(bytes);
    return new Float64Array();
  }

  floats(name: string): Float32Array {
    for (const { bytes } of fieldsOf(this.#part(name), ATTRIBUTE.floats)) return toFloats(bytes);
    return new Float32Array();
  }

  /** Of a tensor of bytes, as mlx writes it. None where there is no such attribute. */
  tensorBytes(name: string): Uint8Array {
    for (const { bytes } of fieldsOf(this.#part(name), ATTRIBUTE.t))
      for (const raw of fieldsOf(bytes, TENSOR.rawData)) return raw.bytes;
    return new Uint8Array();
  }

  /** Of a float tensor, as mlx writes it. */
  tensorFloats(name: string): Float32Array {
    return toFloats(this.tensorBytes(name));
  }

  text(name: string): string | undefined {
    const bytes = this.#only(name, ATTRIBUTE.s);
    return bytes === null ? undefined : readText(bytes);
  }

  /** Whole numbers of 0 ... 2³¹ − 1, as mlx writes them; null where there is no such attribute. */
  naturals(name: string): Int32Array | null {
    const bytes = this.#only(name, ATTRIBUTE.ints);
    return bytes === null ? null : readPackedNaturals(bytes);
  }

  /** As mlx writes them: in one piece; null where there is no such attribute. */
  packedFloats(name: string): Float32Array | null {
    const bytes = this.#only(name, ATTRIBUTE.floats);
    return bytes === null || bytes.length % 4 !== 0 ? null : toFloats(bytes);
  }

  /** The bytes of a tensor of that element type, as mlx writes it: null where there is no such attribute. */
  tensorOf(name: string, type: ElementType): Uint8Array | null {
    const tensor = this.#only(name, ATTRIBUTE.t);
    if (tensor === null) return null;
    for (const item of readFields(tensor))
      if (item.field === TENSOR.dataType && item.value !== ELEMENT_TYPES[type]) return null;
    return onlyOf(tensor, TENSOR.rawData);
  }

  /** Where in the table each of the texts is (there may be millions); null where one is not in it. */
  picks(name: string, table: readonly string[]): Uint8Array | null {
    const part = this.#part(name);
    // each text has two bytes before it
    const picks = new Uint8Array(part.length >> 1);
    const cursor = new FieldCursor(part);
    let start = 0;
    while (cursor.next() && cursor.field !== ATTRIBUTE.strings) start = cursor.at;
    const { count, end } = pickTexts(part, start, { field: ATTRIBUTE.strings, table, picks });
    return firstOf(part.subarray(end), ATTRIBUTE.strings) === null ? picks.subarray(0, count) : null;
  }

  /** The one field of that number; null where there is none, or more than one. */
  #only(name: string, field: number): Uint8Array | null {
    return onlyOf(this.#part(name), field);
  }

  #part(name: string): Uint8Array {
    return this.#parts.get(name) ?? new Uint8Array();
  }
}

/**
 * The attributes of each operator of that type in the graph of a model file.
 * @throws MlxError MODEL_INVALID when the bytes are no model
 */
export function attributesOf(model: Uint8Array, op: string): Attributes[] {
  return readingModel(() => {
    const found: Attributes[] = [];
    for (const node of fieldsOf(graphOf(model), GRAPH.node)) {
      for (const type of fieldsOf(node.bytes, NODE.opType))
        if (readText(type.bytes) === op) found.push(new Attributes(node.bytes));
    }
    return found;
  });
}

/**
 * The part of a model that makes one tensor, with that tensor as its output, all inputs and no metadata.
 * @param output the tensor's name, type and shape
 * @throws MlxError MODEL_INVALID when no operator of the graph makes it
 */
export function cutModel(model: Uint8Array, output: Value): Uint8Array {
  return readingModel(() => {
    const cut = new WireWriter();
    for (const { field, type, value, bytes } of readFields(model)) {
      if (field === MODEL.metadata) continue;
      if (field === MODEL.graph) cut.bytesField(field, cutGraph(bytes, output));
      else if (type === VARINT) cut.varintField(field, value);
      else if (type === BYTES) cut.bytesField(field, bytes);
    }
    return cut.finish();
  });
}

function cutGraph(graph: Uint8Array, output: Value): Uint8Array {
  const needed = new Set([output.ref.name]);
  const nodes = [...fieldsOf(graph, GRAPH.node)].map(({ bytes }) => bytes);
  const kept: Uint8Array[] = [];
  // operators stand in the order in which they can run
  for (const node of nodes.reverse()) {
    if (!namesOf(node, NODE.output).some((name) => needed.has(name))) continue;
    for (const name of namesOf(node, NODE.input)) needed.add(name);
    kept.push(node);
  }
  if (kept.length === 0) throw new RangeError(`no operator makes ${output.ref.name}`);
  const cut = new WireWriter();
  for (const node of kept.reverse()) cut.bytesField(GRAPH.node, node);
  for (const { field, bytes } of readFields(graph)) {
    const isNeeded =
      field === GRAPH.initializer && namesOf(bytes, TENSOR.name).some((name) => needed.has(name));
    if (isNeeded || field === GRAPH.input || field === GRAPH.name) cut.bytesField(field, bytes);
  }
  cut.messageField(GRAPH.output, (writer) => writeValue(writer, output));
  return cut.finish();
}

function onlyOf(message: Uint8Array, field: number): Uint8Array | null {
  let found: Uint8Array | null = null;
  for (const item of readFields(message)) {
    if (item.field !== field) continue;
    if (found !== null || item.type !== BYTES) return null;
    found = item.bytes;
  }
  return found;
}

function firstOf(message: Uint8Array, field: number): Uint8Array | null {
  const cursor = new FieldCursor(message);
  while (cursor.next()) if (cursor.field === field && cursor.type === BYTES) return cursor.bytes();
  return null;
}

function toFloats(bytes: Uint8Array): Float32Array {
  return new Float32Array(new Uint8Array(bytes.subarray(0, bytes.length & ~3)).buffer);
}

/** The graph's message in a model's. */
export function graphOf(model: Uint8Array): Uint8Array {
  for (const { bytes } of fieldsOf(model, MODEL.graph)) return bytes;
  throw new RangeError('it has no graph');
}

/** The texts of a field that may be there several times. */
export function namesOf(message: Uint8Array, field: number): string[] {
  return [...fieldsOf(message, field)].map(({ bytes }) => readText(bytes));
}

/** The messages and texts of a field. */
function* fieldsOf(message: Uint8Array, field: number): Generator<{ readonly bytes: Uint8Array }> {
  for (const item of readFields(message)) if (item.field === field && item.type === BYTES) yield item;
}

/** What is read in a model, with a failure told as the model's. @throws MlxError MODEL_INVALID */
export function readingModel<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new MlxError('MODEL_INVALID', `The model's graph cannot be read: ${error.message}.`, {
      cause: error,
    });
  }
}
