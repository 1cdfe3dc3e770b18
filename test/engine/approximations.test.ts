import { describe, expect, it } from 'vitest';
import { approximationAgreement, type RunModel } from '#mlx/engine/approximations/agreement.js';
import { expInto } from '#mlx/engine/approximations/exp.js';
import { sigmoidInto } from '#mlx/engine/approximations/sigmoid.js';
import { softmaxInto } from '#mlx/engine/approximations/softmax.js';
import { GraphBuilder } from '#mlx/onnx/graph.js';
import { ModelSession, type TensorData } from '#mlx/onnx/session.js';
import { createRandom } from '#mlx/stats/random.js';
import { followed } from './processor.js';

const { NaN: nan } = Number;

const runOnce: RunModel = async (model, feeds) => {
  const session = await ModelSession.load(model);
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
};

/** ONNX Runtime's answer of one operator, for any number of rows of that shape. */
async function withOperator(
  operator: string,
  width: number | null,
  use: (run: (values: Float32Array) => Promise<Float32Array>) => Promise<void>,
): Promise<void> {
  const graph = new GraphBuilder();
  const dims = width === null ? ['N'] : ['N', width];
  const input = graph.input('x', 'float', dims);
  const attributes = width === null ? {} : { axis: { int: -1 } };
  graph.output('y', graph.node(operator, [input], { type: 'float', attributes }), dims);
  const session = await ModelSession.load(graph.build({}, ''));
  try {
    await use(async (data) => {
      const shape = width === null ? [data.length] : [data.length / width, width];
      return (await session.run({ x: { type: 'float', dims: shape, data } })).y?.data as Float32Array;
    });
  } finally {
    await session.release();
  }
}

/** The first few inputs whose results have other bits; one NaN is as good as another. */
function differing(inputs: Float32Array, ours: Float32Array, theirs: Float32Array): readonly number[][] {
  const bits = new Int32Array(ours.buffer, ours.byteOffset, ours.length);
  const expected = new Int32Array(theirs.buffer, theirs.byteOffset, theirs.length);
  const found: number[][] = [];
  expect(ours.length).toBe(theirs.length);
  for (let at = 0; at < bits.length && found.length < 5; at++) {
    if (bits[at] === expected[at] || (Number.isNaN(ours[at]) && Number.isNaN(theirs[at]))) continue;
    found.push([inputs[at] as number, ours[at] as number, theirs[at] as number]);
  }
  return found;
}

function uniform(seed: number, count: number, least: number, greatest: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: count }, () => least + random.next() * (greatest - least));
}

/** Every `step`-th float32 of all there are, NaNs and infinities among them. */
function everyFloat(step: number): Float32Array {
  const bits = Uint32Array.from({ length: Math.floor(2 ** 32 / step) }, (_, index) => index * step);
  return new Float32Array(bits.buffer);
}

describe.each([
  ['Exp', expInto, -110, 100],
  ['Sigmoid', sigmoidInto, -30, 30],
] as const)('%s', (operator, into, least, greatest) => {
  const compute = (values: Float32Array): Float32Array => {
    const output = new Float32Array(values.length);
    into(values, output, values.length);
    return output;
  };

  it.runIf(followed.elementwise)('has the bits of ONNX Runtime', async () => {
    await withOperator(operator, null, async (run) => {
      for (const values of [
        uniform(1, 300_000, least, greatest),
        uniform(2, 100_000, -1, 1),
        Float32Array.of(0, -0, nan, Infinity, -Infinity, 2 ** -149, -(2 ** -149), 3e38, -3e38),
        everyFloat(8_191),
      ])
        expect(differing(values, compute(values), await run(values))).toEqual([]);
    });
  });

  it.runIf(followed.elementwise)('gives a value alone what it gives it in any batch', async () => {
    const values = uniform(3, 40, least, greatest);
    const all = compute(values);
    await withOperator(operator, null, async (run) => {
      for (let count = 1; count <= values.length; count++) {
        const theirs = await run(values.slice(values.length - count));
        expect(differing(values, all.slice(values.length - count), theirs)).toEqual([]);
      }
    });
  });

  it('may overwrite its input and leaves what lies beyond the count', () => {
    const values = uniform(4, 10, least, greatest);
    const expected = [...compute(values).subarray(0, 7), ...values.subarray(7)];
    into(values, values, 7);
    expect([...values]).toEqual(expected);
  });
});

it('gives NaN for NaN, and the limits for infinities', () => {
  const values = Float32Array.of(nan, Infinity, -Infinity);
  const output = new Float32Array(3);
  expInto(values, output, 3);
  expect([...output]).toEqual([nan, Infinity, 0]);
  sigmoidInto(values, output, 3);
  expect([...output]).toEqual([nan, 1, 0]);
});

describe('Softmax', () => {
  const compute = (values: Float32Array, width: number): Float32Array => {
    const output = new Float32Array(values.length);
    softmaxInto(values, output, values.length / width, width);
    return output;
  };

  /** Rows of everyday scores, of near ones, of far ones and of huge ones. */
  const scores = (rows: number, width: number): Float32Array => {
    const random = createRandom(5, width);
    const scales = [1, 1, 5, 5, 30, 100, 1e-3, 1e-30, 1e35];
    return Float32Array.from(
      { length: rows * width },
      (_, index) => random.normal() * (scales[Math.floor(index / width) % scales.length] as number),
    );
  };

  it.runIf(followed.softmax).each([
    ['2 to 20', 2, 20, 10_000],
    ['21 to 100', 21, 100, 200],
    ['1', 1, 1, 100],
    ['1,000', 1_000, 1_000, 20],
  ])(
    'has the bits of ONNX Runtime at a width of %s, for rows alone and together',
    async (_, from, to, rows) => {
      for (let width = from; width <= to; width++) {
        const values = scores(rows, width);
        const ours = compute(values, width);
        await withOperator('Softmax', width, async (run) => {
          expect({ width, differing: differing(values, ours, await run(values)) }).toEqual({
            width,
            differing: [],
          });
          for (let at = 0; at < 20 * width; at += width) {
            const row = values.slice(at, at + width);
            expect(differing(row, ours.slice(at, at + width), await run(row))).toEqual([]);
            expect(differing(row, compute(row, width), await run(row))).toEqual([]);
          }
        });
      }
    },
  );

  it.runIf(followed.softmax)('meets what is not finite as ONNX Runtime does', async () => {
    const random = createRandom(6);
    const some = [0, -0, 1, -1, 3e38, -3e38, Infinity, -Infinity, -Infinity, nan];
    for (const width of [2, 3, 8, 11, 20]) {
      const values = Float32Array.from(
        { length: 1_000 * width },
        () => some[random.int(random.int(2) === 0 ? 6 : 10)] as number,
      );
      await withOperator('Softmax', width, async (run) =>
        expect(differing(values, compute(values, width), await run(values))).toEqual([]),
      );
    }
  });

  it('makes a row NaN that holds NaN or Infinity or nothing but -Infinity, and no other', () => {
    const rows = Float32Array.of(nan, 1, Infinity, 1, -Infinity, -Infinity, -Infinity, 1, 0, 0);
    expect([...compute(rows, 2)]).toEqual([nan, nan, nan, nan, nan, nan, 0, 1, 0.5, 0.5]);
  });

  it('may overwrite its input', () => {
    const values = scores(9, 3);
    const expected = compute(values, 3);
    softmaxInto(values, values, 9, 3);
    expect(values).toEqual(expected);
  });
});

describe('the agreement with ONNX Runtime', async () => {
  const agreement = await approximationAgreement(runOnce);

  it.runIf(followed.elementwise)('holds for Exp and Sigmoid where there is FMA3', () => {
    expect(agreement).toMatchObject({ Exp: true, Sigmoid: true });
  });

  it.runIf(followed.softmax)('holds for Softmax where there is no AVX-512', () => {
    expect(agreement.Softmax).toBe(true);
  });

  it.each(['Exp', 'Sigmoid', 'Softmax'] as const)(
    'is denied to %s alone where one of its bits differs',
    async (operator) => {
      const flipped = await approximationAgreement(async (model, feeds) => {
        const outputs = await runOnce(model, feeds);
        const index = { Exp: 0, Sigmoid: 1, Softmax: Object.keys(outputs).length - 1 }[operator];
        const { data } = outputs[`output_${index}`] as TensorData & { readonly data: Float32Array };
        const bytes = new Uint8Array(data.buffer, data.byteOffset);
        bytes[0] = (bytes[0] as number) ^ 1;
        return outputs;
      });
      expect(flipped).toEqual({ ...agreement, [operator]: false });
    },
  );
});
