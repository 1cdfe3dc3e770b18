import { expect, it } from 'vitest';
import { STEPS } from '#mlx/features/pipeline.js';
import { checkStep, type Situations, type StepCase } from './check-step.js';
import { NUMBER_CASES } from './number-cases.js';
import { STRING_CASES, TIME_CASES } from './string-time-cases.js';
import { texts, times } from './tables.js';

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
  ...NUMBER_CASES,
  ...STRING_CASES.map((testCase) => [testCase, TEXTS] as const),
  ...TIME_CASES.map((testCase) => [testCase, TIMES] as const),
];

for (const [testCase, situations] of CASES) checkStep(testCase, situations);

it('no step is left out of the battery', () => {
  expect([...STEPS.keys()].sort()).toEqual([...new Set(CASES.map(([{ spec }]) => spec.step))].sort());
});
