import { expect, it } from 'vitest';
import type { CommandContext } from '#mlx/commands/command.js';
import { modelingProgress } from '#mlx/commands/modeling-progress.js';
import type { ModelingEvent } from '#mlx/modeling/spec.js';

/** What is shown and told while these events happen, each at its time in milliseconds. */
function follow(events: readonly (readonly [atMs: number, event: ModelingEvent])[]) {
  const shown: string[] = [];
  const told: unknown[] = [];
  const warned: string[] = [];
  let now = 0;
  const context = {
    progress: () => ({ update: (text: string) => shown.push(text), done() {}, fail() {} }),
    event: (name: string, data: object) => told.push({ event: name, ...data }),
    warn: (text: string) => warned.push(text),
  } as unknown as CommandContext;
  const { onEvent } = modelingProgress(context, () => now);
  for (const [atMs, event] of events) {
    now = atMs;
    onEvent(event);
  }
  return { shown, told, warned };
}

const trees = (done: number, value?: number): ModelingEvent => ({
  kind: 'trees',
  done,
  total: 100,
  ...(value === undefined ? {} : { score: { metric: 'validation_log_loss', value } }),
});
const named: ModelingEvent = { kind: 'run', id: '1', name: 'bold-fox' };

it('shows trees done, the score so far and the time left', () => {
  const { shown } = follow([
    [0, named],
    [1000, trees(1)],
    [3000, trees(41, 0.28134)],
    [9000, trees(100)],
  ]);
  expect(shown).toEqual([
    'bold-fox: 1 of 100 trees',
    'bold-fox: 41 of 100 trees, validation log loss 0.2813, 3.0 s left',
    'bold-fox: 100 of 100 trees',
  ]);
});

it('estimates the time anew when the count begins again', () => {
  const { told } = follow([
    [0, trees(1)],
    [10_000, trees(51)],
    [11_000, trees(1)],
    [13_000, trees(3)],
  ]);
  expect(told.map((event) => (event as { seconds_left?: number }).seconds_left)).toEqual([
    undefined,
    10,
    undefined,
    97,
  ]);
});

it('says in which trial and fold trees are grown', () => {
  const score = { metric: 'roc_auc', value: 0.91 };
  const { shown } = follow([
    [0, named],
    [0, { kind: 'fold', algorithm: 'linear', done: 1, total: 2, score }],
    [0, trees(7)],
    [0, { kind: 'fold', algorithm: 'linear', done: 2, total: 2, score }],
    [0, { kind: 'trial', algorithm: 'linear', done: 1, total: 4, score: 0.9, best: 0.9, metric: 'roc_auc' }],
    [0, trees(8)],
    [
      3000,
      { kind: 'trial', algorithm: 'linear', done: 2, total: 4, score: null, best: 0.9, metric: 'roc_auc' },
    ],
    [3000, { kind: 'preparing', rows: 9, columns: 2 }],
    [3000, trees(1)],
  ]);
  expect(shown).toEqual([
    'bold-fox: linear: 1 of 2 folds, roc auc 0.9100',
    'bold-fox: linear: 1 of 2 folds, roc auc 0.9100, 7 of 100 trees',
    'bold-fox: linear: 2 of 2 folds, roc auc 0.9100',
    'bold-fox: linear: 1 of 4 trials, best roc auc 0.9000',
    'bold-fox: 1 of 4 trials, best roc auc 0.9000, 8 of 100 trees',
    'bold-fox: linear: 2 of 4 trials, best roc auc 0.9000, 6.0 s left',
    'bold-fox: fitting the preprocessing on 9 rows × 2 columns',
    'bold-fox: 1 of 100 trees',
  ]);
});

it('tells a program every event, but of trees a few each second and the last', () => {
  const { told } = follow([
    [0, named],
    [0, { kind: 'evaluating', rows: 7 }],
    [0, trees(1)],
    [50, trees(2)],
    [250, trees(3, 0.5)],
    [260, trees(100)],
  ]);
  expect(told).toEqual([
    { event: 'run', id: '1', name: 'bold-fox' },
    { event: 'evaluating', rows: 7 },
    { event: 'trees', done: 1, total: 100 },
    { event: 'trees', done: 3, total: 100, score: { metric: 'validation_log_loss', value: 0.5 } },
    { event: 'trees', done: 100, total: 100 },
  ]);
});

it('warns by the one way that warnings have', () => {
  const { warned, told } = follow([[0, { kind: 'warning', message: 'few rows' }]]);
  expect(warned).toEqual(['few rows']);
  expect(told).toEqual([]);
});
