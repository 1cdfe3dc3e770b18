import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import type { ModelingDeps } from '#mlx/modeling/deps.js';
import type { ModelingEvent, ModelingSpec } from '#mlx/modeling/spec.js';
import type { Store } from '#mlx/store/store.js';
import { clock } from '../store/temporary-store.js';

const folder = mkdtempSync(join(tmpdir(), 'mlx-modeling-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file in a folder that is gone after the tests. */
export function put(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const packageFile = (name: string): string =>
  fileURLToPath(new URL(`../../node_modules/vega-datasets/data/${name}`, import.meta.url));

/** Real weather: a date, four numbers, five kinds of weather. */
export const WEATHER = packageFile('seattle-weather.csv');

type Penguin = Readonly<Record<string, string | number | null>>;

/** Real penguins: 344 rows, numbers with gaps, two categories, sex unknown for some. */
export function penguinsCsv(): string {
  const penguins = JSON.parse(readFileSync(packageFile('penguins.json'), 'utf8')) as Penguin[];
  const names = Object.keys(penguins[0] ?? {});
  const header = names.map((name) =>
    name
      .toLowerCase()
      .replace(/ \(.*\)/, '')
      .replaceAll(' ', '_'),
  );
  const lines = penguins.map((row) =>
    names.map((name) => (row[name] === '.' ? '' : (row[name] ?? ''))).join(','),
  );
  return `${[header.join(','), ...lines].join('\n')}\n`;
}

export function specOf(data: string, target: string, more: Partial<ModelingSpec> = {}): ModelingSpec {
  return {
    data,
    target,
    drop: [],
    task: 'auto',
    timeFormats: {},
    testShare: 0.25,
    split: 'auto',
    algorithm: 'random-forest',
    params: { n_estimators: 10 },
    recipe: {},
    seed: 0,
    workers: 2,
    experiment: 'tests',
    ...more,
  };
}

export function depsOf(
  store: Store,
  more: Partial<ModelingDeps> = {},
): ModelingDeps & { events: ModelingEvent[] } {
  const events: ModelingEvent[] = [];
  return {
    store,
    now: clock(),
    version: '0.0.0',
    cwd: folder,
    signal: new AbortController().signal,
    onEvent: (event) => events.push(event),
    ...more,
    events,
  };
}
