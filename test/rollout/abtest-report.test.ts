import { expect, test } from 'vitest';
import type { Task } from '#mlx/data/schema.js';
import { startAbtest, stopAbtest } from '#mlx/rollout/abtest.js';
import { MIN_LABELLED, reportAbtest } from '#mlx/rollout/abtest-report.js';
import type { LoggedPrediction } from '#mlx/store/prediction-records.js';
import golden from '../golden/abtest.json' with { type: 'json' };
import { testModel } from '../registry/registered.js';
import { clock, temporaryStore } from '../store/temporary-store.js';

interface Row {
  readonly prediction: string | number;
  readonly label: string | number | null;
  readonly unit?: string;
  readonly latencyMs?: number;
}

/** A running test of two versions whose arms have answered these rows. */
async function runningTest(task: Task, arms: { control: readonly Row[]; treatment: readonly Row[] }) {
  const store = await temporaryStore();
  const churn = testModel(store, 'churn', clock('2026-03-01T00:00:00Z'));
  await churn.add({ task });
  await churn.add({ task });
  await churn.move(1);
  const abtest = await startAbtest(store, {
    model: 'churn',
    treatment: 2,
    ratio: 0.5,
    actor: 'ann',
    now: churn.now,
  });
  for (const arm of ['control', 'treatment'] as const) {
    const logged = arms[arm].map((row, i) => predictionOf(row, arm, i));
    await store.predictions.append(logged);
    const labels = arms[arm].flatMap(({ label }, i) =>
      label === null ? [] : [{ predictionId: `${arm}-${i}`, label }],
    );
    await store.predictions.addLabels(labels, '2026-03-02T00:00:00Z');
  }
  return { store, abtest, now: churn.now };
}

function predictionOf(row: Row, arm: 'control' | 'treatment', i: number): LoggedPrediction {
  return {
    id: `${arm}-${i}`,
    time: '2026-03-01T12:00:00.000Z',
    model: 'churn',
    version: arm === 'control' ? 1 : 2,
    arm,
    unit: row.unit ?? null,
    inputs: {},
    prediction: row.prediction,
    confidence: null,
    probabilities: null,
    latencyMs: row.latencyMs ?? 1,
    requestId: null,
  };
}

const shares = (correct: number, rows: number): Row[] =>
  Array.from({ length: rows }, (_, i) => ({ prediction: 1, label: i < correct ? '1' : 0 }));

const rowsOf = (arm: { label: number[]; prediction: number[]; unit: number[] }, withUnits: boolean): Row[] =>
  arm.label.map((label, i) => ({
    label,
    prediction: arm.prediction[i] ?? Number.NaN,
    latencyMs: i,
    ...(withUnits ? { unit: `u${arm.unit[i]}` } : {}),
  }));

test('shares of correct answers are compared as statsmodels does', async () => {
  const { control, treatment, difference, split_p_value } = golden.shares;
  const { store, abtest } = await runningTest('classification', {
    control: shares(control.correct, control.rows),
    treatment: shares(treatment.correct, treatment.rows),
  });
  const report = await reportAbtest(store, abtest);
  expect(report).toMatchObject({
    task: 'classification',
    treatment: {
      arm: 'treatment',
      version: 2,
      count: 60,
      labelled: 60,
      classShares: { 1: 1 },
      meanPrediction: null,
      metric: {
        name: 'accuracy',
        low: expect.closeTo(treatment.low, 10),
        high: expect.closeTo(treatment.high, 10),
      },
    },
    difference: {
      metric: 'accuracy',
      method: 'newcombe',
      estimate: expect.closeTo(difference.estimate, 10),
      low: expect.closeTo(difference.low, 10),
      high: expect.closeTo(difference.high, 10),
    },
    verdict: 'treatment better',
    splitPValue: expect.closeTo(split_p_value, 10),
  });
});

test('squared errors are compared as statsmodels does', async () => {
  const { control, treatment, difference, p95 } = golden.regression;
  const { store, abtest } = await runningTest('regression', {
    control: rowsOf(control, false),
    treatment: rowsOf(treatment, false),
  });
  const report = await reportAbtest(store, abtest);
  const mean = control.prediction.reduce((sum, value) => sum + value, 0) / control.prediction.length;
  expect(report).toMatchObject({
    control: {
      meanPrediction: expect.closeTo(mean, 10),
      classShares: null,
      latencyMs: { mean: 39.5, p95: expect.closeTo(p95, 10) },
      metric: { name: 'rmse' },
    },
    difference: {
      metric: 'mse',
      method: 'welch',
      estimate: expect.closeTo(difference.estimate, 10),
      low: expect.closeTo(difference.low, 8),
      high: expect.closeTo(difference.high, 8),
    },
    verdict: 'treatment better',
  });
});

test('several predictions of one unit count as one piece of evidence', async () => {
  const { control, treatment, difference } = golden.by_unit;
  const { store, abtest } = await runningTest('regression', {
    control: rowsOf(control, true),
    treatment: rowsOf(treatment, true),
  });
  const report = await reportAbtest(store, abtest);
  expect(report.difference).toMatchObject({
    method: 'welch by unit',
    estimate: expect.closeTo(difference.estimate, 10),
    low: expect.closeTo(difference.low, 8),
    high: expect.closeTo(difference.high, 8),
  });
  expect(report.control.units).toBe(new Set(control.unit).size);
  for (const [arm, expected] of [
    [report.control, control.mse],
    [report.treatment, treatment.mse],
  ] as const) {
    expect((arm.metric?.estimate ?? 0) ** 2).toBeCloseTo(expected.estimate, 10);
    expect((arm.metric?.low ?? 0) ** 2).toBeCloseTo(expected.low, 8);
    expect((arm.metric?.high ?? 0) ** 2).toBeCloseTo(expected.high, 8);
  }
});

const rightly = (rows: number, unit?: string): Row[] =>
  Array.from({ length: rows }, () => ({
    prediction: 'a',
    label: 'a',
    ...(unit === undefined ? {} : { unit }),
  }));
const wrongly = (rows: number): Row[] => rightly(rows).map((row) => ({ ...row, label: 'b' }));
const unlabelled = (rows: number): Row[] => rightly(rows).map((row) => ({ ...row, label: null }));

test.each([
  ['nothing is logged', [], [], 'insufficient'],
  ['an arm is one label short', rightly(MIN_LABELLED - 1), wrongly(500), 'insufficient'],
  ['labels are missing', [...rightly(5), ...unlabelled(500)], wrongly(500), 'insufficient'],
  ['all labels are one unit’s', rightly(500, 'u'), wrongly(500), 'insufficient'],
  ['both are alike', rightly(100), rightly(100), 'no difference shown'],
  ['control is better', rightly(MIN_LABELLED), wrongly(MIN_LABELLED), 'control better'],
  ['treatment is better', wrongly(MIN_LABELLED), rightly(MIN_LABELLED), 'treatment better'],
] as const)('when %s, the verdict fits', async (_, control, treatment, verdict) => {
  const { store, abtest } = await runningTest('classification', { control, treatment });
  expect((await reportAbtest(store, abtest)).verdict).toBe(verdict);
});

test('only what was logged while the test ran counts', async () => {
  const { store, abtest, now } = await runningTest('classification', {
    control: rightly(3),
    treatment: wrongly(3),
  });
  const stray = (id: string, more: Partial<LoggedPrediction>) => ({
    ...predictionOf({ prediction: 'a', label: null }, 'control', 0),
    id,
    ...more,
  });
  await store.predictions.append([
    stray('before', { time: '2026-02-01T00:00:00Z' }),
    stray('without an arm', { arm: null }),
    stray('another model', { model: 'other' }),
    stray('another version', { version: 7 }),
  ]);
  expect((await reportAbtest(store, abtest)).control.count).toBe(3);
  const stopped = await stopAbtest(store, { ref: abtest.id, actor: 'ann', now });
  expect((await reportAbtest(store, stopped)).control.count).toBe(0);
  expect((await reportAbtest(store, stopped)).control.latencyMs).toBeNull();
});
