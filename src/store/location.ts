import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Name of the folder that holds a store. */
export const STORE_FOLDER = '.mlx';

/** Where the parts of a store lie; everything is relative to its root, so that the folder can be moved. */
export interface StorePaths {
  readonly root: string;
  /** Experiments, runs, registry, rollouts, alerts, locks. */
  readonly main: string;
  /** Predictions and labels. */
  readonly log: string;
  readonly artifacts: string;
  /** What servers have answered and log.db does not hold yet; there once a server has answered something. */
  readonly journal: string;
  /** What can be made again out of the artifacts. */
  readonly cache: string;
}

export function storePaths(root: string): StorePaths {
  const absolute = resolve(root);
  return {
    root: absolute,
    main: join(absolute, 'mlx.db'),
    log: join(absolute, 'log.db'),
    artifacts: join(absolute, 'artifacts'),
    journal: join(absolute, 'journal'),
    cache: join(absolute, 'cache'),
  };
}

/** Walks up from a folder, as git does, to the first `.mlx` folder; undefined when there is none. */
export function findStore(from: string): string | undefined {
  let folder = resolve(from);
  for (;;) {
    const candidate = join(folder, STORE_FOLDER);
    if (existsSync(candidate) && statSync(candidate).isDirectory()) return candidate;
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

/** Makes the folders of a store; only their owner may enter. */
export function createStoreFolders(paths: StorePaths): void {
  for (const folder of [paths.root, paths.artifacts]) mkdirSync(folder, { recursive: true, mode: 0o700 });
}
