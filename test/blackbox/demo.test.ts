import { expect, test } from 'vitest';
import { emptyFolder } from './folders.js';
import { documentOf, mlx, mlxJson } from './program.js';
import { eventsOf, expectHealthy } from './store-state.js';

const MOST_SECONDS = 60;

interface DemoDocument {
  readonly made_up: boolean;
  readonly dir: string;
  readonly seconds: number;
  readonly steps: {
    readonly train: { readonly certified: boolean; readonly metrics: Readonly<Record<string, number>> };
    readonly serve: { readonly predictions: number; readonly labels: number; readonly accuracy: number };
    readonly drift: Readonly<
      Record<'may' | 'later', { readonly verdict: string; readonly drifted_columns: string[] }>
    >;
    readonly retrain: { readonly metrics: Readonly<Record<string, number>> };
    readonly abtest: {
      readonly verdict: string;
      readonly control: { readonly labelled: number };
      readonly treatment: { readonly labelled: number };
    };
    readonly rollback: {
      readonly failed_requests: number;
      readonly reason: string;
      readonly alerts: string[];
    };
  };
}

test('the demo goes through the whole life in under a minute', async () => {
  const cwd = emptyFolder();
  const ended = await mlx(['demo', '--json'], { cwd });
  expect(ended.code, ended.stderr).toBe(0);
  console.log(`mlx demo: ${ended.seconds.toFixed(1)} s`);
  expect(ended.seconds).toBeLessThan(MOST_SECONDS);
  const { made_up, dir, steps } = documentOf<DemoDocument>(ended);
  expect(made_up).toBe(true);
  expect(steps.train).toMatchObject({ certified: true, metrics: { roc_auc: expect.any(Number) } });
  expect(steps.serve).toMatchObject({ predictions: 300, labels: 300 });
  expect(steps.drift.may).toMatchObject({ verdict: 'no-drift', drifted_columns: [] });
  expect(steps.drift.later.verdict).toBe('drift');
  expect(steps.drift.later.drifted_columns.length).toBeGreaterThan(0);
  // Which user gets which arm is drawn anew, so the verdict is not always the same.
  expect(steps.abtest.verdict).toBeOneOf(['treatment better', 'no difference shown']);
  expect(steps.abtest.control.labelled).toBeGreaterThan(100);
  expect(steps.abtest.treatment.labelled).toBeGreaterThan(100);
  expect(steps.rollback.failed_requests).toBeGreaterThan(0);
  expect(steps.rollback.reason).toMatch(/failed/);
  expect(steps.rollback.alerts.length).toBeGreaterThan(0);
  const store = { cwd: dir };
  await expectHealthy(store);
  expect((await eventsOf('churn', store)).some(({ kind }) => kind === 'rolled-back')).toBe(true);
});

test('a folder that holds something is left alone', async () => {
  const cwd = emptyFolder();
  await mlxJson(['demo', '--dir', '.', '--quiet'], { cwd });
  const again = await mlx(['demo', '--dir', '.', '--json'], { cwd });
  expect(again.code).toBe(2);
  expect(documentOf<{ error: { code: string } }>(again).error.code).toBe('FILE_EXISTS');
});
