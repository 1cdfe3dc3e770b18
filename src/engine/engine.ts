import { sizeOf } from '../onnx/dims.js';
import { textInGraph } from '../onnx/graph-text.js';
import { MISSING_TIME, type TensorData } from '../onnx/session.js';
import type { EngineModel } from './model.js';
import { OPERATORS } from './operators/operators.js';
import {
  type EngineType,
  type Kernel,
  type MakeTensor,
  type Operand,
  type RowTensor,
  rowsOf,
  Unsupported,
} from './tensor.js';

/**
 * Counts up when the engine changes in a way that may change a score. A certificate names the version whose scores were
 * compared with ONNX Runtime's.
 */
export const ENGINE_VERSION = 1;

/** Most rows that go through the graph at once; fewer of wide graphs, so that all tensors have no more cells than that: 32 MB. */
const MOST_BLOCK_ROWS = 256;
const MOST_CELLS = 1 << 22;
/** How a missing time stands in an int64 tensor. */
const MISSING_SECONDS = Number(MISSING_TIME);

/** Raw columns, in the order of the names that the engine was made with. */
export interface Columns {
  readonly rows: number;
  /** Numbers and times (epoch seconds), column after column; NaN = missing. */
  readonly numbers: Float64Array;
  /** Texts, column after column; empty = missing. */
  readonly texts: readonly string[];
}

interface Input {
  readonly tensor: RowTensor;
  /** Which of the columns of numbers, or of texts. */
  readonly place: number;
}

interface Output {
  readonly name: string;
  readonly tensor: RowTensor;
}

/**
 * Runs a model's graph in JavaScript: no thread, no conversion, some ten microseconds for a row of a hundred trees. A row's
 * scores do not depend on the rows beside it, for every operator takes row by row.
 */
export class Engine {
  readonly #blockRows: number;
  readonly #inputs: readonly Input[];
  readonly #kernels: readonly Kernel[];
  readonly #outputs: readonly Output[];

  private constructor(
    blockRows: number,
    inputs: readonly Input[],
    kernels: readonly Kernel[],
    outputs: readonly Output[],
  ) {
    this.#blockRows = blockRows;
    this.#inputs = inputs;
    this.#kernels = kernels;
    this.#outputs = outputs;
  }

  /**
   * Lays the model's operators out.
   * @param columns names of the raw columns, in the order in which they come
   * @returns null where there is one that the engine does not compute, or an input that is no column
   */
  static plan(model: EngineModel, columns: readonly string[]): Engine | null {
    try {
      let cells = 0;
      Engine.#plan(model, columns, 1, (width) => {
        cells += width;
      });
      const rows = Math.min(MOST_BLOCK_ROWS, Math.floor(MOST_CELLS / cells));
      return rows < 1 ? null : Engine.#plan(model, columns, rows, () => undefined);
    } catch (error) {
      if (error instanceof Unsupported) return null;
      throw error;
    }
  }

  /** @param onTensor called with the cells of a row of each tensor, before it is made */
  static #plan(
    { inputs, steps, constants, outputs }: EngineModel,
    columns: readonly string[],
    blockRows: number,
    onTensor: (width: number) => void,
  ): Engine {
    const make: MakeTensor = (type, dims) => {
      const width = sizeOf(dims);
      onTensor(width);
      if (width > MOST_CELLS) throw new Unsupported('a tensor of so many cells');
      return makeTensor(type, dims, blockRows);
    };
    const operands = new Map<string, Operand>(constants);
    const tensors = new Map(inputs.map(({ name, type }) => [name, make(type, [1])] as const));
    for (const [name, tensor] of tensors) operands.set(name, tensor);
    const kernels = steps.map(({ op, inputs: names, output: name, params }) => {
      const given = names.map((input) => {
        const operand = operands.get(input);
        if (operand === undefined) throw new Unsupported('an operator without its tensor');
        return operand;
      });
      const plan = OPERATORS.get(op);
      if (plan === undefined) throw new Unsupported(op);
      const { output, kernel } = plan(given, params, make);
      operands.set(name, output);
      return kernel;
    });
    return new Engine(
      blockRows,
      inputsOf(tensors, columns),
      kernels,
      outputs.map((name) => ({ name, tensor: scoresOf(operands.get(name)) })),
    );
  }

  /**
   * The model's outputs for rows `start` (inclusive) to `end` (exclusive). Blocks the event loop meanwhile.
   * @returns one entry (or as many as the output is wide) a row
   */
  run(columns: Columns, start = 0, end = columns.rows): Record<string, TensorData> {
    const rows = end - start;
    const results = this.#outputs.map(({ tensor }) => new Float32Array(rows * tensor.width));
    for (let first = 0; first < rows; first += this.#blockRows) {
      const count = Math.min(this.#blockRows, rows - first);
      for (const input of this.#inputs) fill(input, columns, start + first, count);
      for (const kernel of this.#kernels) kernel(count);
      this.#outputs.forEach(({ tensor: { numbers, width } }, index) => {
        (results[index] as Float32Array).set(numbers.subarray(0, count * width), first * width);
      });
    }
    const named = Object.create(null) as Record<string, TensorData>;
    this.#outputs.forEach(({ name, tensor: { dims } }, index) => {
      named[name] = { type: 'float', dims: [rows, ...dims], data: results[index] as Float32Array };
    });
    return named;
  }
}

function makeTensor(type: EngineType, dims: readonly number[], rows: number): RowTensor {
  const width = sizeOf(dims);
  const isText = type === 'string';
  return {
    kind: 'rows',
    type,
    dims,
    width,
    numbers: new Float64Array(isText ? 0 : rows * width),
    texts: isText ? new Array<string>(rows * width).fill('') : [],
  };
}

/** @throws Unsupported where inputs and columns are not the same */
function inputsOf(tensors: ReadonlyMap<string, RowTensor>, columns: readonly string[]): Input[] {
  let numbers = 0;
  let texts = 0;
  const inputs = columns.map((name) => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new Unsupported('a column that the graph does not take');
    return { tensor, place: tensor.type === 'string' ? texts++ : numbers++ };
  });
  if (inputs.length !== tensors.size) throw new Unsupported('an input that is no column');
  return inputs;
}

function fill(
  { tensor, place }: Input,
  { rows, numbers, texts }: Columns,
  start: number,
  count: number,
): void {
  const first = place * rows + start;
  if (tensor.type === 'string') {
    for (let row = 0; row < count; row++) tensor.texts[row] = textInGraph(texts[first + row] as string);
    return;
  }
  const missing = tensor.type === 'int64' ? MISSING_SECONDS : Number.NaN;
  for (let row = 0; row < count; row++) {
    const value = numbers[first + row] as number;
    tensor.numbers[row] = Number.isNaN(value) ? missing : value;
  }
}

/** @throws Unsupported for types that no score has */
function scoresOf(operand: Operand | undefined): RowTensor {
  const tensor = rowsOf(operand);
  if (tensor.type !== 'float') throw new Unsupported(`an output of ${tensor.type}`);
  return tensor;
}
