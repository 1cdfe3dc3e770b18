import { existsSync } from 'node:fs';
import { access, constants, stat, statfs } from 'node:fs/promises';
import { relative } from 'node:path';
import { MlxError } from '../../errors.js';
import { verifyChain } from '../../registry/verify.js';
import { damagedJournals } from '../../store/journal/folder.js';
import { storePaths } from '../../store/location.js';
import type { Store } from '../../store/store.js';
import type { CommandContext } from '../command.js';
import { attempt, type Check, type Finding, fail, ok, warn } from './check.js';

const GIBIBYTE = 2 ** 30;
const LOW_DISK_BYTES = GIBIBYTE;
const NO_DISK_BYTES = GIBIBYTE / 10;
const OTHERS = 0o077;
const SHOWN = 5;

/** Everything about the store; a single line where there is none, or where it does not open. */
export async function checkStore(context: CommandContext): Promise<Check[]> {
  let store: Store | undefined;
  const opened = await attempt('store', 'Restore the folder from a copy.', async () => {
    try {
      store = await context.store();
      return ok(store.root);
    } catch (error) {
      if (!(error instanceof MlxError) || error.code !== 'STORE_NOT_FOUND') throw error;
      return warn(error.message, 'Run `mlx init` to make one.');
    }
  });
  const disk = await attempt('disk', 'Check the path of the store.', () =>
    checkDisk(store?.root ?? context.cwd),
  );
  if (store === undefined) return [opened, disk];
  const found = store;
  return [
    opened,
    await attempt('permissions', 'Check who owns the store folder.', () => checkPermissions(found.root)),
    await attempt('history', 'Restore the store from a copy.', () => checkChain(found)),
    await attempt('artifacts', 'Restore the artifacts folder from a copy.', () =>
      checkArtifacts(found, context.signal),
    ),
    await attempt('predictions', 'Restore log.db from a copy.', () => checkPredictions(found)),
    await attempt('runs', 'Restore the store from a copy.', () => checkRuns(found)),
    disk,
  ];
}

async function checkPermissions(root: string): Promise<Finding> {
  const { main, log, artifacts, journal } = storePaths(root);
  const open: string[] = [];
  for (const path of [root, artifacts, journal, main, log]) {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) continue;
    const isWritable = await access(path, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (!isWritable) return fail(`${path} is not writable for you.`, 'Change its owner: chown -R.');
    if ((found.mode & OTHERS) !== 0 && process.platform !== 'win32') open.push(relative(root, path) || root);
  }
  if (open.length === 0) return ok('only you may enter, and you may write');
  return warn(
    `Other users of this machine may enter: ${open.join(', ')}.`,
    `Run: chmod -R go-rwx ${JSON.stringify(root)}`,
  );
}

async function checkChain(store: Store): Promise<Finding> {
  const { ok: isWhole, events, problem } = await verifyChain(store);
  if (isWhole) return ok(`${count(events, 'registry event')}, the hash chain is whole`);
  return fail(
    `The registry is not what its history says: ${problem}.`,
    'Somebody changed the database past mlx. Restore the store from a copy.',
  );
}

/** Every file that a version stands for, once. */
async function checkArtifacts(store: Store, signal: AbortSignal): Promise<Finding> {
  const versions = await store.registry.versions();
  const problems: string[] = [];
  for (const sha256 of new Set(versions.map((version) => version.sha256))) {
    signal.throwIfAborted();
    try {
      await store.artifacts.read(sha256);
    } catch (error) {
      const users = versions.filter((version) => version.sha256 === sha256);
      const names = users.map(({ name, version }) => `${name}/${version}`).join(', ');
      problems.push(`${names}: ${(error as Error).message}`);
    }
  }
  if (problems.length === 0) {
    return ok(`${count(versions.length, 'version')}, every model file matches its SHA-256`);
  }
  const more = problems.length > SHOWN ? ` (and ${problems.length - SHOWN} more)` : '';
  return fail(
    `${problems.slice(0, SHOWN).join(' ')}${more}`,
    'Restore the artifacts folder from a copy, or register the same model file again.',
  );
}

async function checkPredictions(store: Store): Promise<Finding> {
  const { log, journal } = storePaths(store.root);
  if (!existsSync(log) && !existsSync(journal)) return ok('none logged yet');
  const logged = `${count(await store.predictions.count(), 'prediction')} logged`;
  const damaged = damagedJournals(journal);
  if (damaged.length === 0) return ok(logged);
  return warn(
    `${logged}, but ${count(damaged.length, 'journal file')} could be read in part only: ${damaged.join(', ')}.`,
    'A power loss does that. Delete what lies in the journal folder under these names.',
  );
}

async function checkRuns(store: Store): Promise<Finding> {
  const inStatus = async (status: string): Promise<number> => {
    const field = { kind: 'attribute', name: 'status' } as const;
    const filter = { kind: 'compare', field, operator: '=', value: status } as const;
    return (await store.runs.search({ filter })).length;
  };
  const interrupted = await inStatus('interrupted');
  const text = `${count(await inStatus('running'), 'run')} under way, ${interrupted} interrupted`;
  if (interrupted === 0) return ok(text);
  return { ...ok(text), hint: `See them with: mlx runs list --where "status = 'interrupted'"` };
}

async function checkDisk(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const text = `${(free / GIBIBYTE).toFixed(1)} GiB free`;
  if (free < NO_DISK_BYTES) return fail(`Only ${text}.`, 'Free some space before the next run.');
  return free < LOW_DISK_BYTES ? warn(`Only ${text}.`, 'Free some space soon.') : ok(text);
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
