import type { Params } from '../params.js';
import { type MakeTensor, type Operand, type Planned, rowsOf, Unsupported } from '../tensor.js';
import { scoreTrees } from '../trees/score-trees.js';

/** Sums of trees: float [N, columns] → float [N, outputs]. */
export function planTrees([given]: readonly Operand[], { trees }: Params, make: MakeTensor): Planned {
  const input = rowsOf(given);
  const { dims, type, width, numbers } = input;
  if (trees === undefined || type !== 'float' || dims.length !== 1 || width < trees.columns)
    throw new Unsupported('trees over another tensor');
  const output = make('float', [trees.outputs]);
  const cells = new Float32Array(numbers.length);
  const kernel = (rows: number): void => {
    for (let cell = 0; cell < rows * width; cell++) cells[cell] = numbers[cell] as number;
    scoreTrees(trees, cells.subarray(0, rows * width), rows, output.numbers);
  };
  return { output, kernel };
}
