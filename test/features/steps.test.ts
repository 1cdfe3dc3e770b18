import { expect, it } from 'vitest';
import { STEPS } from '#mlx/features/pipeline.js';
import { checkStep, type Situations, type StepCase } from './check-step.js';
import { STRING_CASES, TIME_CASES } from './string-time-cases.js';
import { numbers, texts, times } from './tables.js';

const NUMBERS: Situations = {
  train: [numbers('a', [1, 2, null, 4, 100]), numbers('b', [-0.5, null, 1e-9, 7, 0.1])],
  other: [numbers('a', [9, 9, 8]), numbers('b', [1e6, null, -3])],
  unseen: [numbers('a', [-1e9, null, 3.3]), numbers('b', [1e12, -7, null])],
  constant: [numbers('a', [5, 5, 5]), numbers('b', [0, 0, null])],
  allMissing: [numbers('a', [null, null]), numbers('b', [null, null])],
};

const TEXTS: Situations = {
  train: [texts('a', ['x', 'y', 'x', null, 'z']), texts('b', ['é', '10', '9', '10', '😀'])],
  other: [texts('a', ['q', 'x']), texts('b', [null, 'w'])],
  unseen: [texts('a', ['new', null, 'z', 'X']), texts('b', ['9', 'never', null, '😀'])],
  constant: [texts('a', ['one', 'one']), texts('b', ['two', null])],
  allMissing: [texts('a', [null, null]), texts('b', [null, null])],
};

const TIMES: Situations = {
  train: [times('a', [0, 86_399, null, 1_700_000_000]), times('b', [-1, -86_400, 951_782_400, null])],
  other: [times('a', [5, 6]), times('b', [7, null])],
  unseen: [times('a', [-62_135_596_801, null, 253_402_300_800]), times('b', [null, -2_203_891_200, 3_600])],
  constant: [times('a', [42, 42]), times('b', [null, 3])],
  allMissing: [times('a', [null, null]), times('b', [null, null])],
};

const CASES: readonly (readonly [StepCase, Situations])[] = [
  [{ name: 'impute (median)', spec: { step: 'impute', strategy: 'median' } }, NUMBERS],
  [{ name: 'impute (mean)', spec: { step: 'impute', strategy: 'mean' } }, NUMBERS],
  [{ name: 'cap', spec: { step: 'cap' } }, NUMBERS],
  [{ name: 'scale', spec: { step: 'scale' } }, NUMBERS],
  ...STRING_CASES.map((testCase) => [testCase, TEXTS] as const),
  ...TIME_CASES.map((testCase) => [testCase, TIMES] as const),
];

for (const [testCase, situations] of CASES) checkStep(testCase, situations);

it('no step is left out of the battery', () => {
  expect([...STEPS.keys()].sort()).toEqual([...new Set(CASES.map(([{ spec }]) => spec.step))].sort());
});
