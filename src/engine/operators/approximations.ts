import { expInto } from '../approximations/exp.js';
import { sigmoidInto } from '../approximations/sigmoid.js';
import { softmaxInto } from '../approximations/softmax.js';
import type { Params } from '../params.js';
import { type MakeTensor, type Operand, type Planned, rowsOf, Unsupported } from '../tensor.js';

/** Exp, Sigmoid and Softmax of floats, to the bit what ONNX Runtime approximates. */
export function planApproximation(
  op: string,
  [given]: readonly Operand[],
  { axis }: Params,
  make: MakeTensor,
): Planned {
  const input = rowsOf(given);
  const { dims, width, numbers } = input;
  if (input.type !== 'float' || dims.length !== 1) throw new Unsupported(`${op} of another tensor`);
  if (op === 'Softmax' && axis !== -1 && axis !== 1) throw new Unsupported('Softmax along the batch');
  const output = make('float', dims);
  const from = new Float32Array(numbers.length);
  const to = new Float32Array(numbers.length);
  const compute = (rows: number): void => {
    if (op === 'Softmax') softmaxInto(from, to, rows, width);
    else if (op === 'Exp') expInto(from, to, rows * width);
    else sigmoidInto(from, to, rows * width);
  };
  const kernel = (rows: number): void => {
    for (let cell = 0; cell < rows * width; cell++) from[cell] = numbers[cell] as number;
    compute(rows);
    for (let cell = 0; cell < rows * width; cell++) output.numbers[cell] = to[cell] as number;
  };
  return { output, kernel };
}
