import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { blockOf, type StringBlock } from '#mlx/features/block.js';
import { emitPipeline } from '#mlx/features/emit.js';
import { fitPipeline, NO_TARGET } from '#mlx/features/fit.js';
import { resolveOptions } from '#mlx/features/parameters.js';
import { applyPipeline, STEPS } from '#mlx/features/pipeline.js';
import type { FitContext, Step, StepState } from '#mlx/features/step.js';
import { GraphBuilder } from '#mlx/onnx/graph.js';
import { inspectModel } from '#mlx/onnx/inspect.js';
import { ModelSession } from '#mlx/onnx/session.js';
import { murmur3 } from '#mlx/stats/murmur.js';
import { runPipeline } from './run-pipeline.js';
import { firstDifference, numbers, schemaOf, tableOf, texts } from './tables.js';

interface Golden {
  train: string[];
  asked: string[];
  one_hot: { options: Record<string, string | number>; labels: string[]; rows: number[][] }[];
  ordinal: { order: string[]; unknown_value: number; codes: number[] }[];
  hashing: { n_features: number; alternate_sign: boolean; rows: number[][] }[];
  murmur3: [string, number, number][];
  frequency: number[];
  folds: number[];
  target: {
    task: 'classification' | 'regression';
    classes: number;
    values: number[];
    smooth: number | null;
    full: number[][];
    cross_fitted: number[][];
  }[];
  holes: (string | null)[];
  filled: string[];
}

const golden = JSON.parse(
  readFileSync(new URL('../golden/features_encode.json', import.meta.url), 'utf8'),
) as Golden;

const named = (name: string): Step => STEPS.get(name) as Step;

function blockOfTexts(levels: readonly (string | null)[]): StringBlock {
  return blockOf(tableOf([texts('c', levels)]), 'string', ['c']) as StringBlock;
}

function learned(
  step: Step,
  given: Record<string, unknown>,
  levels: readonly (string | null)[] = golden.train,
  context: FitContext = NO_TARGET,
): StepState {
  return step.fit(blockOfTexts(levels), resolveOptions(step.name, step.parameters, given), context);
}

/** The step's answer for the golden's levels, column by column. */
function asked(step: Step, state: StepState) {
  const { names, columns } = step.apply(blockOfTexts(golden.asked), state);
  return { names, columns: columns as readonly Float64Array[] };
}

const rowsOf = (columns: readonly Float64Array[]): number[][] =>
  golden.asked.map((_, row) => columns.map((column) => column[row] as number));

function expectClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  const scale = Math.max(...expected.map(Math.abs));
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, row) => {
    expect(Math.abs((actual[row] as number) - value), `row ${row}`).toBeLessThanOrEqual(1e-9 * scale);
  });
}

describe('one-hot equals scikit-learn’s OneHotEncoder', () => {
  it.each(golden.one_hot)('$options', ({ options, labels, rows }) => {
    const given = Object.fromEntries(
      Object.entries(options).filter(([name, value]) => name === 'drop' || value !== 'none'),
    );
    const { names, columns } = asked(named('one-hot'), learned(named('one-hot'), given));
    expect(names).toEqual(labels.map((label) => `c=${label}`));
    expect(rowsOf(columns)).toEqual(rows);
  });

  it('folds every level into OTHER where one column is all there may be', () => {
    const { names, columns } = asked(named('one-hot'), learned(named('one-hot'), { max_categories: 1 }));
    expect(names).toEqual(['c=OTHER']);
    expect([...(columns[0] as Float64Array)]).toEqual(golden.asked.map(() => 1));
  });

  it('leaves a missing value out of OTHER, which levels that training did not have go into', () => {
    const step = named('one-hot');
    const state = learned(step, { min_frequency: 2 }, ['a', 'a', 'b', null]);
    const { names, columns } = step.apply(blockOfTexts(['a', 'b', 'new', null]), state);
    expect(names).toEqual(['c=a', 'c=OTHER']);
    expect(columns.map((column) => [...(column as Float64Array)])).toEqual([
      [1, 0, 0, 0],
      [0, 1, 1, 0],
    ]);
  });
});

describe('ordinal equals scikit-learn’s OrdinalEncoder with given categories', () => {
  it.each(golden.ordinal)('$order', ({ order, unknown_value, codes }) => {
    const { columns } = asked(named('ordinal'), learned(named('ordinal'), { order, unknown_value }));
    expect([...(columns[0] as Float64Array)]).toEqual(codes);
  });

  it.each([
    [{ order: ['a', 'b', 'a'] }, /names "a" twice/],
    [{ order: ['a', ''] }, /empty level/],
    [{ unknown_value: 2 }, /number of a level/],
  ])('refuses %o', (given, message) => {
    expect(() => learned(named('ordinal'), given)).toThrow(message);
  });
});

describe('hashing equals scikit-learn’s FeatureHasher', () => {
  it.each(golden.hashing)('$n_features columns, alternate_sign $alternate_sign', ({ rows, ...given }) => {
    const { names, columns } = asked(named('hashing'), learned(named('hashing'), given));
    expect(names).toEqual(Array.from({ length: given.n_features }, (_, place) => `c#${place}`));
    expect(rowsOf(columns)).toEqual(rows);
  });

  it('has the same hash as scikit-learn and as the operator of ONNX Runtime, for any text', async () => {
    for (const [text, plain, seeded] of golden.murmur3) {
      expect([murmur3(text), murmur3(text, 42)], JSON.stringify(text.slice(0, 20))).toEqual([plain, seeded]);
    }
    const graph = new GraphBuilder();
    const words = graph.input('words', 'string', ['N', 1]);
    const hash = graph.node('MurmurHash3', [words], {
      type: 'int32',
      domain: 'com.microsoft',
      attributes: { positive: { int: 0 } },
    });
    graph.output('hash', hash, ['N', 1]);
    const session = await ModelSession.load(graph.build({}, 'test'));
    const all = golden.murmur3.map(([text]) => text);
    const dims = [all.length, 1];
    const together = await session.run({ words: { type: 'string', dims, data: all } });
    expect([...(together.hash?.data ?? [])]).toEqual(golden.murmur3.map(([, plain]) => plain));
    for (const [text, plain] of golden.murmur3) {
      const alone = await session.run({ words: { type: 'string', dims: [1, 1], data: [text] } });
      expect(alone.hash?.data[0]).toBe(plain);
    }
    await session.release();
  });
});

it('names ONNX Runtime’s own operators in the file only where they are used', () => {
  const table = tableOf([texts('c', ['a', 'b'])]);
  const opsets = (step: string) => {
    const { pipeline } = fitPipeline(table, schemaOf(table), [{ step }]);
    const graph = new GraphBuilder();
    graph.output('features', emitPipeline(graph, pipeline, schemaOf(table)), ['N', pipeline.features.length]);
    return Object.keys(inspectModel(graph.build({}, 'test')).opsets);
  };
  expect(opsets('ordinal')).toEqual(['', 'ai.onnx.ml']);
  expect(opsets('hashing')).toEqual(['', 'ai.onnx.ml', 'com.microsoft']);
});

it('frequency equals pandas’ value_counts(normalize=True), 0 for a level that training did not have', () => {
  const { names, columns } = asked(named('frequency'), learned(named('frequency'), {}));
  expect(names).toEqual(['c.frequency']);
  expectClose(columns[0] as Float64Array, golden.frequency);
});

it('fill-level equals scikit-learn’s SimpleImputer with a constant', () => {
  const step = named('fill-level');
  const block = blockOfTexts(golden.holes);
  const out = step.apply(block, learned(step, { strategy: 'constant' }, golden.holes)) as StringBlock;
  const [column] = out.columns;
  expect(Array.from(column?.codes ?? [], (code) => column?.levels[code])).toEqual(golden.filled);
});

it.each([
  ['fill-level', { fill_value: 'x' }],
  ['fill-level', { strategy: 'constant', fill_value: '' }],
])('%s refuses %o, which would fill nothing', (name, given) => {
  expect(() => learned(named(name), given)).toThrow(/fills nothing/);
});

describe('target equals the formula of scikit-learn’s TargetEncoder', () => {
  const step = named('target');
  const folds = Int32Array.from(golden.folds);
  const cases = golden.target.map((own) => ({
    ...own,
    name: `${own.task} ${own.classes} smooth ${own.smooth}`,
  }));

  it.each(cases)('$name', ({ task, classes, values, smooth, full, cross_fitted }) => {
    const context: FitContext = {
      target: { task, classes, values: Float64Array.from(values) },
      folds,
      seed: 0,
    };
    const { names, columns } = asked(step, learned(step, { smooth }, golden.train, context));
    expect(names).toEqual(full.length === 1 ? ['c.target'] : full.map((_, k) => `c.target:${k}`));
    full.forEach((expected, k) => {
      expectClose(columns[k] as Float64Array, expected);
    });

    const options = resolveOptions('target', step.parameters, { smooth });
    const states = step.crossFit?.(blockOfTexts(golden.train), options, context) ?? [];
    expect(states).toHaveLength(5);
    const out = states.map(
      (state) => step.apply(blockOfTexts(golden.train), state).columns as Float64Array[],
    );
    cross_fitted.forEach((expected, k) => {
      const own = Float64Array.from(folds, (fold, row) => out[fold]?.[k]?.[row] as number);
      expectClose(own, expected);
    });
  });

  it('encodes no training row by its own label', () => {
    const values = Float64Array.from(golden.train, (_, row) => (row === 0 ? 1e6 : 0));
    const context: FitContext = { target: { task: 'regression', classes: 0, values }, folds, seed: 0 };
    const options = resolveOptions('target', step.parameters, {});
    const own = step.crossFit?.(blockOfTexts(golden.train), options, context)[
      folds[0] as number
    ] as StepState;
    const [column] = step.apply(blockOfTexts(golden.train), own).columns as Float64Array[];
    expect(column?.[0]).toBe(0);
  });

  it('says what to do where no target is known', () => {
    expect(() => learned(step, {})).toThrow(/needs the target/);
  });
});

it('a text reaches the steps as it reaches the graph: cut at NUL, whole characters, empty = missing', async () => {
  const table = tableOf([
    texts('c', ['a', 'a\0b', '\ud800', '\ufffd', '', null, '\0']),
    numbers('n', [0, 0, 0, 0, 0, 0, 0]),
  ]);
  const { pipeline } = fitPipeline(table, schemaOf(table), [{ step: 'one-hot', columns: ['c'] }]);
  expect(pipeline.features).toEqual(['n', 'c=a', 'c=\ufffd']);
  const { matrix } = await runPipeline(pipeline, schemaOf(table), table, 'test', 1);
  const expected = [
    [1, 0],
    [1, 0],
    [0, 1],
    [0, 1],
    [0, 0],
    [0, 0],
    [0, 0],
  ].flatMap((row) => [0, ...row]);
  expect(firstDifference(matrix, expected)).toBeNull();
});

it('the empty text is a missing value, not a level', () => {
  const table = tableOf([texts('c', ['', 'a', null])]);
  const { pipeline } = fitPipeline(table, schemaOf(table), [{ step: 'one-hot' }]);
  expect(pipeline.features).toEqual(['c=a']);
  expect([...applyPipeline(pipeline, table)]).toEqual([0, 1, 0]);
});
