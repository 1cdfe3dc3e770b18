import { expect, test } from 'vitest';
import { emptyFolder } from './folders.js';
import { failing, type LaunchOptions, launch, mlxJson } from './program.js';
import { expectHealthy, runsOf } from './store-state.js';
import { incomeFile } from './tables.js';
import { until } from './until.js';

interface SearchDocument {
  readonly run: { readonly id: string; readonly status: string; readonly params: Record<string, string> };
  readonly search: { readonly trials: readonly { run_id: string; params: object; score: number | null }[] };
}

const SEARCH = [
  ...['train', '--data', 'train.csv', '--target', 'income', '--param', 'n_estimators=60'],
  ...['--search', 'random', '--trials', '6', '--cv', '3', '--seed', '7'],
];

async function trialsIn(run: string, options: LaunchOptions): Promise<{ id: string; status: string }[]> {
  const { runs } = await mlxJson<{ runs: { id: string; status: string }[] }>(
    ['runs', 'list', '--parent', run, '--limit', '100'],
    options,
  );
  return runs;
}

/** Starts the search, waits until two trials are done, and ends it with the signal. */
async function stoppedBy(
  signal: NodeJS.Signals,
  name: string,
  options: LaunchOptions,
): Promise<number | null> {
  const searching = launch([...SEARCH, '--name', name], options);
  await until('two trials are done', async () => {
    const isThere = (await runsOf(options)).some((run) => run.name === name);
    return (
      isThere && (await trialsIn(name, options)).filter(({ status }) => status === 'finished').length >= 2
    );
  });
  searching.kill(signal);
  const ended = await searching.ended;
  if (signal === 'SIGINT') expect(ended.stderr).toContain(`--resume ${name}`);
  return ended.code;
}

test.each([
  ['SIGKILL', null],
  ['SIGINT', 130],
] as const)(
  'a search that %s ends is gone on with, and comes to what it would have come to',
  async (signal, code) => {
    const options = { cwd: emptyFolder() };
    incomeFile(options.cwd, 'train.csv', 3000);
    const whole = await mlxJson<SearchDocument>([...SEARCH, '--name', 'whole'], options);
    expect(await stoppedBy(signal, 'cut', options)).toBe(code);
    const cut = (await runsOf(options)).find(({ name }) => name === 'cut');
    expect(cut?.status).toBe('interrupted');
    const before = await trialsIn('cut', options);
    expect(before.some(({ status }) => status === 'running')).toBe(false);

    const other = ['--resume', 'cut', '--seed', '8'];
    const refused = await failing([...SEARCH, ...other], { exit: 1, code: 'STATE_CONFLICT' }, options);
    expect(refused.message).toContain('seed is asked for now');

    const resumed = await mlxJson<SearchDocument>([...SEARCH, '--resume', 'cut'], options);
    expect(resumed.run).toMatchObject({ id: cut?.id, status: 'finished' });
    const plain = ({ search }: SearchDocument) =>
      search.trials.map(({ params, score }) => ({ params, score }));
    expect(plain(resumed)).toEqual(plain(whole));
    const taken = new Set(resumed.search.trials.map(({ run_id: id }) => id));
    for (const { id, status } of before) expect(taken.has(id)).toBe(status === 'finished');
    await expectHealthy(options);
  },
);
