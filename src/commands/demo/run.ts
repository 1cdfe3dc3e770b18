import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { MlxError } from '../../errors.js';
import { openStore } from '../../store/store.js';
import type { CommandContext, Outcome } from '../command.js';
import { DemoLife, type DemoSteps } from './life.js';
import { makeSubscribers, subscribersCsv } from './subscribers.js';

export interface DemoOptions {
  readonly dir: string;
  readonly seed: number;
  readonly force?: boolean;
}

export interface DemoDocument {
  readonly made_up: true;
  readonly dir: string;
  readonly steps: DemoSteps;
  readonly seconds: number;
}

const TRAIN_ROWS = 6000;
const TEST_ROWS = 2000;
const BATCH_ROWS = 1000;

export async function run(options: DemoOptions, context: CommandContext): Promise<Outcome<DemoDocument>> {
  const startedAt = performance.now();
  const dir = resolve(context.cwd, options.dir);
  await prepareFolder(dir, options.force ?? false);
  const { seed } = options;
  const tables = {
    'train.csv': makeSubscribers(TRAIN_ROWS, 'spring', seed),
    'test.csv': makeSubscribers(TEST_ROWS, 'spring', seed + 1),
    'may.csv': makeSubscribers(BATCH_ROWS, 'spring', seed + 2),
    'later.csv': makeSubscribers(BATCH_ROWS, 'later', seed + 3),
    'later_train.csv': makeSubscribers(TRAIN_ROWS, 'later', seed + 4),
    'later_test.csv': makeSubscribers(TEST_ROWS, 'later', seed + 5),
  };
  for (const [name, rows] of Object.entries(tables)) await writeFile(join(dir, name), subscribersCsv(rows));
  await writeFile(
    join(dir, 'MADE_UP.txt'),
    'Every row in this folder is made up by `mlx demo`; nobody is described.\n',
  );
  const store = await openStore(join(dir, '.mlx'), { create: true, now: context.now });
  try {
    const life = new DemoLife(store, dir, seed, context);
    const steps = await life.live(tables['may.csv'], tables['later.csv']);
    return { result: { made_up: true, dir, steps, seconds: (performance.now() - startedAt) / 1000 } };
  } finally {
    await store.close();
  }
}

/** A folder of its own, so that nothing of the user's is touched. */
async function prepareFolder(dir: string, force: boolean): Promise<void> {
  if (existsSync(dir) && (await readdir(dir)).length > 0) {
    const isDemo = existsSync(join(dir, 'MADE_UP.txt'));
    if (!isDemo || !force) {
      throw new MlxError('FILE_EXISTS', `${dir} holds something already.`, {
        hint: isDemo
          ? 'Begin again with --force, or choose another folder with --dir.'
          : 'Choose another folder with --dir.',
      });
    }
    await rm(dir, { recursive: true });
  }
  await mkdir(dir, { recursive: true });
}
