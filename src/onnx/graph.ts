import { writeConstant, writeOperator, writeValue } from './encode.js';
import { optimise, withoutDead } from './optimise.js';
import type {
  Constant,
  ConstantData,
  Namer,
  NodeOptions,
  Operator,
  Program,
  TensorRef,
  Value,
} from './program.js';
import {
  type Dimension,
  type ElementType,
  ENTRY,
  GRAPH,
  IR_VERSION,
  MICROSOFT_DOMAIN,
  MICROSOFT_OPSET_VERSION,
  ML_DOMAIN,
  ML_OPSET_VERSION,
  MODEL,
  OPSET,
  OPSET_VERSION,
  TENSOR,
  TREE_ENSEMBLE_OPSET_VERSION,
} from './proto.js';
import { WireWriter } from './wire.js';

export type { AttributeValue, ConstantData, NodeOptions, PickedStrings, TensorRef } from './program.js';

export interface BuildOptions {
  /** false writes the operators as they were added, but for those that no output needs; the default is true. */
  readonly isOptimised?: boolean;
}

interface StoredConstant {
  readonly name: string;
  readonly constant: Constant;
  readonly bytes: Uint8Array;
}

/**
 * Builds one ONNX model: opset 17 with ai.onnx.ml 3 (5 where it has a TreeEnsemble), IR 8. Operators are kept in the order in which they were
 * added (so the graph is sorted topologically); equal constants are stored once; what no output needs is left out
 * of the file, and the rest is optimised (see optimise.ts).
 */
export class GraphBuilder implements Namer {
  readonly #inputs: Value[] = [];
  /** The tensors that keep a name of their own; those without dims are no outputs. */
  readonly #outputs: {
    readonly ref: TensorRef;
    readonly dims: readonly Dimension[] | null;
    readonly source: string;
  }[] = [];
  readonly #operators: Operator[] = [];
  readonly #constants = new Map<string, StoredConstant>();
  readonly #constantsByName = new Map<string, Constant>();
  readonly #taken = new Set<string>();
  #counter = 0;

  /** Declares a graph input. Names are unique and part of the model's contract. */
  input(name: string, type: ElementType, dims: readonly Dimension[]): TensorRef {
    const ref = { name, type };
    this.#taken.add(name);
    this.#inputs.push({ ref, dims });
    return ref;
  }

  /** A constant of the given shape; `bool` data is a Uint8Array of 0 and 1. */
  constant(type: ElementType, dims: readonly number[], data: ConstantData): TensorRef {
    const constant = { type, dims, data };
    const body = new WireWriter();
    writeConstant(body, constant);
    const key = Buffer.from(body.finish()).toString('latin1');
    let entry = this.#constants.get(key);
    if (entry === undefined) {
      const name = this.fresh('c');
      body.stringField(TENSOR.name, name);
      entry = { name, constant, bytes: body.finish() };
      this.#constants.set(key, entry);
      this.#constantsByName.set(name, constant);
    }
    return { name: entry.name, type };
  }

  constantNamed(name: string): Constant | undefined {
    return this.#constantsByName.get(name);
  }

  /** Adds an operator with one output. */
  node(op: string, inputs: readonly TensorRef[], options: NodeOptions): TensorRef {
    const output = this.fresh(op.toLowerCase());
    this.#operators.push({ op, inputs: inputs.map((input) => input.name), output, options });
    return { name: output, type: options.type };
  }

  /** Declares a graph output of that name, shape and the tensor's type. */
  output(name: string, tensor: TensorRef, dims: readonly Dimension[]): void {
    this.#keep(name, tensor, dims);
  }

  /** Keeps a tensor in the file under that name without making it an output, so that it can be found there. */
  keep(name: string, tensor: TensorRef): void {
    this.#keep(name, tensor, null);
  }

  /** The model file. `metadata` becomes `metadata_props`, in the given order. */
  build(
    metadata: Readonly<Record<string, string>>,
    producerVersion: string,
    { isOptimised = true }: BuildOptions = {},
  ): Uint8Array {
    const operators = this.#namedOutputs(this.#program(isOptimised));
    const model = new WireWriter();
    model.varintField(MODEL.irVersion, IR_VERSION);
    model.stringField(MODEL.producerName, 'mlx');
    model.stringField(MODEL.producerVersion, producerVersion);
    writeOpset(model, '', OPSET_VERSION);
    const isCompact = operators.some(({ op }) => op === 'TreeEnsemble');
    writeOpset(model, ML_DOMAIN, isCompact ? TREE_ENSEMBLE_OPSET_VERSION : ML_OPSET_VERSION);
    if (operators.some(({ options }) => options.domain === MICROSOFT_DOMAIN))
      writeOpset(model, MICROSOFT_DOMAIN, MICROSOFT_OPSET_VERSION);
    model.bytesField(MODEL.graph, this.#graph(operators));
    for (const [key, value] of Object.entries(metadata))
      model.bytesField(MODEL.metadata, entryBytes(key, value));
    return model.finish();
  }

  /** A name that nothing in the graph has. */
  fresh(stem: string): string {
    for (;;) {
      this.#counter++;
      const name = `_${stem}_${this.#counter}`;
      if (!this.#taken.has(name)) return name;
    }
  }

  #keep(name: string, { type, name: source }: TensorRef, dims: readonly Dimension[] | null): void {
    this.#taken.add(name);
    this.#outputs.push({ ref: { name, type }, dims, source });
  }

  #program(isOptimised: boolean): Program {
    const program = {
      inputs: this.#inputs,
      operators: this.#operators,
      results: this.#outputs.map(({ source }) => source),
    };
    return isOptimised ? optimise(program, this) : withoutDead(program);
  }

  /** Lets the operators that make the outputs carry the outputs' names; where that cannot be, Identity does. */
  #namedOutputs({ operators, results }: Program): Operator[] {
    const names = new Map<string, string>();
    const made = new Set(operators.map(({ output }) => output));
    const copies: Operator[] = [];
    this.#outputs.forEach(({ ref }, index) => {
      const source = results[index] as string;
      if (made.has(source) && !names.has(source)) names.set(source, ref.name);
      else copies.push({ op: 'Identity', inputs: [source], output: ref.name, options: { type: ref.type } });
    });
    const renamed = (name: string): string => names.get(name) ?? name;
    return [...operators, ...copies].map((operator) => ({
      ...operator,
      inputs: operator.inputs.map(renamed),
      output: renamed(operator.output),
    }));
  }

  #graph(operators: readonly Operator[]): Uint8Array {
    const used = new Set(operators.flatMap((operator) => operator.inputs));
    const graph = new WireWriter();
    for (const operator of operators)
      graph.messageField(GRAPH.node, (writer) => writeOperator(writer, operator));
    graph.stringField(GRAPH.name, 'mlx');
    for (const { name, bytes } of this.#constants.values()) {
      if (used.has(name)) graph.bytesField(GRAPH.initializer, bytes);
    }
    for (const input of this.#inputs) graph.messageField(GRAPH.input, (writer) => writeValue(writer, input));
    for (const { ref, dims } of this.#outputs)
      if (dims !== null) graph.messageField(GRAPH.output, (writer) => writeValue(writer, { ref, dims }));
    return graph.finish();
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

function writeOpset(model: WireWriter, domain: string, version: number): void {
  model.messageField(MODEL.opsetImport, (opset) => {
    opset.stringField(OPSET.domain, domain);
    opset.varintField(OPSET.version, version);
  });
}
