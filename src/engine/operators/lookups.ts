import { murmur3 } from '../../stats/murmur.js';
import type { Params } from '../params.js';
import { type MakeTensor, type Operand, type Planned, rowsOf, Unsupported } from '../tensor.js';

/** Texts to the numbers that they stand for. */
export function planLabelEncoder(
  inputs: readonly Operand[],
  { levels = [], values, otherwise = -1 }: Params,
  make: MakeTensor,
): Planned {
  // Of a level that is there twice, the first one counts.
  const numbers = new Map(
    levels.map((level, index) => [level, values?.[index] ?? otherwise] as const).toReversed(),
  );
  return planTexts((text) => numbers.get(text) ?? otherwise, 'int64', inputs, make);
}

/** Texts to their hashes. */
export function planMurmurHash(inputs: readonly Operand[], { seed = 0 }: Params, make: MakeTensor): Planned {
  return planTexts((text) => murmur3(text, seed), 'int32', inputs, make);
}

function planTexts(
  compute: (text: string) => number,
  type: 'int64' | 'int32',
  [given]: readonly Operand[],
  make: MakeTensor,
): Planned {
  const input = rowsOf(given);
  if (input.type !== 'string') throw new Unsupported('a look-up of numbers');
  const { texts, width, dims } = input;
  const output = make(type, dims);
  const { numbers } = output;
  const kernel = (rows: number): void => {
    for (let cell = 0; cell < rows * width; cell++) numbers[cell] = compute(texts[cell] as string);
  };
  return { output, kernel };
}
