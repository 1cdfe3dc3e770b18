import { expect, it } from 'vitest';
import type { CommandContext } from '#mlx/commands/command.js';
import { type RetrainOptions, trainingChoices } from '#mlx/commands/retrain/training-choices.js';
import type { Origin } from '#mlx/config/settings.js';

/** What the production run was trained with. */
const PREVIOUS = { algorithm: 'random-forest', n_estimators: '40', max_depth: '7', search: 'random' };
const LEARNED = { n_estimators: '40', max_depth: '7' };

type Given = Partial<Record<'algorithm' | 'search' | 'params', readonly [value: unknown, origin: Origin]>>;

function choicesOf({ algorithm, search, params }: Given) {
  const settings = {
    'training.algorithm': { origin: algorithm?.[1] ?? 'default' },
    'training.search': { origin: search?.[1] ?? 'default' },
    'training.params': { origin: params?.[1] ?? 'default' },
  };
  const options = {
    algorithm: algorithm?.[0] ?? 'random-forest',
    param: params?.[0] ?? {},
    ...(search === undefined ? {} : { search: search[0] }),
  };
  return trainingChoices(options as unknown as RetrainOptions, PREVIOUS, {
    settings,
  } as unknown as CommandContext);
}

const own = { max_depth: 3 };

it.each<[string, Given, ReturnType<typeof choicesOf>]>([
  ['nothing: what production has', {}, { algorithm: 'random-forest', param: LEARNED }],
  [
    'a configured search or comparison: what it chose',
    { algorithm: ['auto', 'file'], search: ['random', 'file'], params: [own, 'file'] },
    { algorithm: 'random-forest', param: LEARNED },
  ],
  [
    'a search by flag: it begins anew',
    { search: ['halving', 'flag'] },
    { algorithm: 'random-forest', param: {}, search: 'halving' },
  ],
  ['a comparison by flag', { algorithm: ['auto', 'flag'] }, { algorithm: 'auto', param: {} }],
  ['parameters', { params: [own, 'flag'] }, { algorithm: 'random-forest', param: own }],
  [
    'another algorithm: the parameters that it has too',
    { algorithm: ['ml-random-forest', 'flag'] },
    { algorithm: 'ml-random-forest', param: LEARNED },
  ],
])('asked for %s', (_, given, expected) => {
  expect(choicesOf(given)).toEqual(expected);
});
