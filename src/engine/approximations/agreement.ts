import { GraphBuilder } from '../../onnx/graph.js';
import type { TensorData } from '../../onnx/session.js';
import { expInto } from './exp.js';
import { sigmoidInto } from './sigmoid.js';
import { softmaxInto } from './softmax.js';

type Tensors = Readonly<Record<string, TensorData>>;

/** Runs a model once in ONNX Runtime: from its file and inputs to its outputs. */
export type RunModel = (model: Uint8Array, feeds: Tensors) => Promise<Tensors>;

/** The operators whose float32 results are approximations of ONNX Runtime's own. */
export type ApproximatedOperator = 'Exp' | 'Sigmoid' | 'Softmax';

export const APPROXIMATED_OPERATORS: ReadonlySet<string> = new Set<ApproximatedOperator>([
  'Exp',
  'Sigmoid',
  'Softmax',
]);

/** For each of them whether this machine's ONNX Runtime gives the bits that this room gives. */
export type Agreement = Readonly<Record<ApproximatedOperator, boolean>>;

/**
 * Widths of softmax, up to four vectors and one: ONNX Runtime's kernels for other processors add up in another order
 * from 17 columns on (AVX-512) or from 5 (ARM), and give other values far below a row's maximum.
 */
const WIDTHS = [2, 3, 4, 5, 8, 9, 17, 33] as const;
const ROWS = 12;

/** Zeros, the smallest and largest numbers, what is not finite, and both sides of where the kernels clamp. */
const LANDMARKS = [
  ...[0, 2 ** -149, 2 ** -126, 1e-20, 2 ** -24, 0.5, 1, 3e38, Infinity],
  ...[17.999998, 18, 18.000002, 87.33654, 87.68311, 88.37626, 88.72283, 88.72284, 88.77627],
  ...[103.27893, 103.97208, 104],
].flatMap((value) => [value, -value]);

/** How far below the maximum of its row a value can lie, at either side of where its exponential becomes 0. */
const DISTANCES = [0, 87.9, 17.5, 95, 87.3, 103, 0.001, 200, 88.37, 50];

const GOLDEN_RATIO = (1 + Math.sqrt(5)) / 2;

interface Question {
  readonly operator: ApproximatedOperator;
  readonly dims: readonly number[];
  readonly values: Float32Array;
  /** What this room makes of the values. */
  readonly answer: Float32Array;
}

/**
 * Asks ONNX Runtime for some 2,000 values of each operator and compares them with what this room makes of the same
 * inputs, bit by bit (but one NaN counts as another). ONNX Runtime chooses its kernels by the processor: where they
 * are not those that this room follows, the operators that differ must be left to it.
 *
 * It takes one session and some milliseconds; the answer holds for the process.
 */
export async function approximationAgreement(run: RunModel): Promise<Agreement> {
  const questions = allQuestions();
  const graph = new GraphBuilder();
  const feeds: Record<string, TensorData> = {};
  questions.forEach(({ operator, dims, values }, index) => {
    const input = graph.input(`input_${index}`, 'float', dims);
    feeds[input.name] = { type: 'float', dims, data: values };
    const attributes = operator === 'Softmax' ? { axis: { int: 1 } } : {};
    graph.output(`output_${index}`, graph.node(operator, [input], { type: 'float', attributes }), dims);
  });
  const outputs = await run(graph.build({}, ''), feeds);
  const agreement = { Exp: true, Sigmoid: true, Softmax: true };
  questions.forEach(({ operator, answer }, index) => {
    const theirs = outputs[`output_${index}`]?.data as Float32Array;
    if (!answer.every((value, at) => Object.is(value, theirs[at]))) agreement[operator] = false;
  });
  return agreement;
}

function allQuestions(): readonly Question[] {
  const numbers = someNumbers();
  const count = numbers.length;
  return [
    question('Exp', [count], numbers, (output) => expInto(numbers, output, count)),
    question('Sigmoid', [count], numbers, (output) => sigmoidInto(numbers, output, count)),
    ...WIDTHS.map((width) => {
      const rows = someRows(width);
      return question('Softmax', [ROWS, width], rows, (output) => softmaxInto(rows, output, ROWS, width));
    }),
  ];
}

/** One question with this room's answer. */
function question(
  operator: ApproximatedOperator,
  dims: readonly number[],
  values: Float32Array,
  compute: (output: Float32Array) => void,
): Question {
  const answer = new Float32Array(values.length);
  compute(answer);
  return { operator, dims, values, answer };
}

function someNumbers(): Float32Array {
  return Float32Array.from([
    ...LANDMARKS,
    Number.NaN,
    ...spread(350, -110, 100),
    ...spread(400, -20, 20),
    ...spread(250, -1, 1),
  ]);
}

/** Rows of everyday scores, of scores that lie apart and far apart, and of landmarks. */
function someRows(width: number): Float32Array {
  const everyday = spread(8 * width, -3, 3);
  const apart = spread(2 * width, -60, 60);
  const far = Array.from({ length: width }, (_, column) => -(DISTANCES[column % DISTANCES.length] as number));
  return Float32Array.from([...everyday, ...apart, ...far, ...LANDMARKS.slice(-width)]);
}

/** Numbers between two bounds that look random: multiples of the golden ratio, less their whole parts. */
function spread(count: number, least: number, greatest: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const part = ((index + 1) * GOLDEN_RATIO) % 1;
    return least + part * (greatest - least);
  });
}
