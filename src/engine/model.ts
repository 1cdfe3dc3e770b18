import type { Constant } from '../onnx/program.js';
import { type ReadOperator, type ReadProgram, readProgram } from '../onnx/read-program.js';
import { engineType, type Params, readParams } from './params.js';
import { type ConstantTensor, type EngineType, Unsupported } from './tensor.js';

/** A model's graph as the engine runs it: plain data, which threads can send each other; its trees lie in shared memory. */
export interface EngineModel {
  /** Raw columns, one a cell wide, in the order of the graph. */
  readonly inputs: readonly { readonly name: string; readonly type: EngineType }[];
  /** In the order in which they run. */
  readonly steps: readonly Step[];
  readonly constants: ReadonlyMap<string, ConstantTensor>;
  readonly outputs: readonly string[];
}

export interface Step {
  /** With its domain, where it is not ONNX's own. */
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly params: Params;
}

/**
 * Reads what of a model is needed for some of its outputs.
 * @returns null where the model has what the engine does not compute
 * @throws MlxError MODEL_INVALID when the bytes are no model
 */
export function readEngineModel(bytes: Uint8Array, outputs: readonly string[]): EngineModel | null {
  try {
    return modelOf(readProgram(bytes), outputs);
  } catch (error) {
    if (error instanceof Unsupported) return null;
    throw error;
  }
}

function modelOf(program: ReadProgram, outputs: readonly string[]): EngineModel {
  const needed = new Set(outputs);
  const steps: Step[] = [];
  for (const operator of program.operators.toReversed()) {
    const [output = '', ...others] = operator.outputs;
    if (!needed.has(output)) continue;
    if (others.length > 0) throw new Unsupported('an operator of several outputs');
    for (const name of operator.inputs) needed.add(name);
    steps.push({ op: nameOf(operator), inputs: operator.inputs, output, params: readParams(operator) });
  }
  const constants = new Map<string, ConstantTensor>();
  for (const [name, constant] of program.constants)
    if (needed.has(name)) constants.set(name, constantTensor(constant));
  const inputs = program.inputs.map(({ name, type, dims }) => {
    if (dims.length !== 2 || dims[1] !== 1) throw new Unsupported('an input of several columns');
    return { name, type: engineType(type) };
  });
  return { inputs, steps: steps.reverse(), constants, outputs };
}

function nameOf({ op, domain }: ReadOperator): string {
  return domain === '' ? op : `${domain}.${op}`;
}

function constantTensor({ type, dims, data }: Constant): ConstantTensor {
  const own = { kind: 'constant', type: engineType(type), dims } as const;
  if (!ArrayBuffer.isView(data)) return { ...own, numbers: new Float64Array(), texts: data };
  return { ...own, numbers: Float64Array.from(data as ArrayLike<number | bigint>, Number), texts: [] };
}
