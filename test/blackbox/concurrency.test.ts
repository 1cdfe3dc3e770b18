import { expect, test } from 'vitest';
import type { TrainDocument, VersionDocument } from './documents.js';
import { emptyFolder } from './folders.js';
import { documentOf, type Ended, mlx } from './program.js';
import { eventsOf, expectHealthy, expectWholeRuns, expectWholeVersions } from './store-state.js';
import { incomeFile } from './tables.js';

const PROCESSES = 4;
const ROUNDS = 3;

test('four processes that train, register and promote at once lose nothing', async () => {
  const cwd = emptyFolder();
  incomeFile(cwd, 'train.csv', 600);
  const all: Ended[] = [];
  const done = async (...args: string[]): Promise<Ended> => {
    const ended = await mlx([...args, '--json'], { cwd });
    expect(ended.code, `mlx ${args.join(' ')}\n${ended.stderr}`).toBe(0);
    all.push(ended);
    return ended;
  };
  const live = async (name: string): Promise<void> => {
    const trained = documentOf<TrainDocument>(
      // The store itself is made by whoever comes first.
      await done(
        'train',
        '--data',
        'train.csv',
        '--target',
        'income',
        '--param',
        'n_estimators=5',
        '--workers',
        '1',
        '--name',
        name,
      ),
    );
    const registered = documentOf<{ version: VersionDocument }>(
      await done('register', 'm', '--run', trained.run.id),
    );
    const ref = `m/${registered.version.version}`;
    await done('promote', ref, 'staging', '--reason', name);
    await done('promote', ref, 'production', '--force', '--reason', name);
  };
  for (let round = 0; round < ROUNDS; round++)
    await Promise.all(Array.from({ length: PROCESSES }, (_, index) => live(`round-${round}-${index}`)));

  const total = PROCESSES * ROUNDS;
  const runs = await expectWholeRuns({ cwd });
  expect(runs.filter(({ status }) => status === 'finished')).toHaveLength(total);
  expect(new Set(runs.map(({ name }) => name)).size).toBe(total);
  expect(await expectWholeVersions('m', { cwd })).toHaveLength(total);
  const events = await eventsOf('m', { cwd });
  const count = (kind: string, to: string | null) =>
    events.filter((event) => event.kind === kind && event.to_stage === to).length;
  expect({
    registered: events.filter(({ kind }) => kind === 'registered').length,
    staging: count('promoted', 'staging'),
    production: count('promoted', 'production'),
    replaced: count('archived', 'archived'),
  }).toEqual({ registered: total, staging: total, production: total, replaced: total - 1 });
  expect(events.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(events.map((_, index) => index + 1));
  for (const { stdout, stderr } of all)
    expect(`${stdout}${stderr}`).not.toMatch(/database is locked|SQLITE_/i);
  await expectHealthy({ cwd });
});
