import { existsSync } from 'node:fs';
import { MlxError } from '../errors.js';
import { AbtestRepository } from './abtests.js';
import { AlertRepository } from './alerts.js';
import { ArtifactStore } from './artifacts.js';
import { Connection } from './connection.js';
import type { Journal, JournalOptions } from './journal/journal.js';
import { createStoreFolders, type StorePaths, storePaths } from './location.js';
import { LockRepository } from './locks.js';
import { LOG_SHAPE } from './log-schema.js';
import { MAIN_SHAPE } from './main-schema.js';
import { PredictionRepository } from './predictions.js';
import { RegistryRepository } from './registry.js';
import { RunRepository } from './runs.js';

/**
 * The folder of state. `mlx.db` is written with full sync: what was acknowledged survives a power
 * loss. Every method is asynchronous, and no SQL leaves this room.
 */
export interface Store {
  /** The `.mlx` folder, absolute. */
  readonly root: string;
  /** For what can be made again out of the artifacts; it need not be there. */
  readonly cacheFolder: string;
  readonly artifacts: ArtifactStore;
  readonly runs: RunRepository;
  readonly registry: RegistryRepository;
  readonly abtests: AbtestRepository;
  readonly alerts: AlertRepository;
  readonly locks: LockRepository;
  /** In `log.db`, so that logging never blocks the registry. */
  readonly predictions: PredictionRepository;
  /** The way of a server's answers into `predictions`. */
  openJournal(options: JournalOptions): Promise<Journal>;
  /** A number that changes whenever any process, this one too, has committed to `mlx.db`. */
  changeCounter(): Promise<number>;
  close(): Promise<void>;
}

export interface OpenStoreOptions {
  /** Make the store when it is not there. Default false. */
  readonly create?: boolean;
  readonly now?: () => Date;
}

/**
 * Opens the store in a folder, brings it to the present version, marks the runs of dead processes as
 * interrupted and sweeps what dead writers left.
 * Errors: STORE_NOT_FOUND, STORE_TOO_NEW, STORE_CORRUPT, BUSY, FILE_UNWRITABLE.
 */
export async function openStore(root: string, options: OpenStoreOptions = {}): Promise<Store> {
  const paths = storePaths(root);
  const now = options.now ?? (() => new Date());
  if (!existsSync(paths.main)) {
    if (options.create !== true) {
      throw new MlxError('STORE_NOT_FOUND', `There is no store in ${paths.root}.`, {
        hint: 'Run `mlx init` to make one, or name another with --store.',
        details: { path: paths.root },
      });
    }
    createStoreFolders(paths);
  }
  const main = await Connection.open(paths.main, { shape: MAIN_SHAPE, synchronous: 'full' });
  let log: Promise<Connection> | undefined;
  const openLog = () => {
    log ??= openLogFile(paths).catch((error) => {
      log = undefined;
      throw error;
    });
    return log;
  };
  const store: Store = {
    root: paths.root,
    cacheFolder: paths.cache,
    artifacts: new ArtifactStore(paths.artifacts),
    runs: new RunRepository(main),
    registry: new RegistryRepository(main),
    abtests: new AbtestRepository(main),
    alerts: new AlertRepository(main),
    locks: new LockRepository(main, now),
    predictions: new PredictionRepository(openLog),
    openJournal: async (journal) => new (await import('./journal/journal.js')).Journal(paths.root, journal),
    changeCounter: createChangeCounter(main),
    close: async () => {
      main.close();
      if (log !== undefined) (await log).close();
    },
  };
  await store.runs.interruptDead();
  await store.artifacts.sweep(now());
  return store;
}

/** Opens log.db and brings into it what servers that were killed, or still run, have answered. */
async function openLogFile({ log, journal }: StorePaths): Promise<Connection> {
  const db = await Connection.open(log, { shape: LOG_SHAPE, synchronous: 'normal' });
  try {
    const { ingestAll } = await import('./journal/ingester.js');
    ingestAll(db, journal);
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

function createChangeCounter(main: Connection): () => Promise<number> {
  let counter = 0;
  let seen = '';
  return async () => {
    const present = `${main.dataVersion()} ${main.ownChanges()}`;
    if (present !== seen) counter++;
    seen = present;
    return counter;
  };
}
