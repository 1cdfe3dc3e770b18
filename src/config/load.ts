import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { MlxError } from '../errors.js';
import { suggest } from '../suggest.js';
import { checkSetting, parseSettingText } from './parse.js';
import {
  SETTING_KEYS,
  SETTINGS,
  type SettingKey,
  type SettingSpec,
  type Settings,
  type SettingValue,
  variableName,
} from './settings.js';

export const CONFIG_FILE = 'mlops.config.json';

/** Settings in the file are nested by their dots; these are the sections, and the keys that hold free maps. */
const LEAVES = new Set<string>(SETTING_KEYS);

export interface LoadedConfig {
  /** The file that was read; null when there is none. */
  readonly path: string | null;
  readonly settings: Settings;
}

/**
 * The effective configuration without flags: variable > file > default.
 * @param explicit a path the user named; otherwise the file is searched from `cwd` upwards
 * @throws MlxError FILE_NOT_FOUND, CONFIG_INVALID (unknown keys with a suggestion)
 */
export function loadConfig(
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  explicit?: string,
): LoadedConfig {
  const path = explicit === undefined ? findConfig(cwd) : resolve(cwd, explicit);
  const fromFile = path === null ? new Map<string, unknown>() : readConfig(path);
  const settings = Object.fromEntries(
    SETTING_KEYS.map((key) => [key, settingValue(key, env, fromFile, path, cwd)]),
  );
  return { path, settings: settings as Settings };
}

/** The configuration as it would be without a file: variable > default. For commands that mend a broken file. */
export function loadWithoutFile(env: Readonly<Record<string, string | undefined>>): LoadedConfig {
  const none = new Map<string, unknown>();
  const settings = Object.fromEntries(
    SETTING_KEYS.map((key) => [key, settingValue(key, env, none, null, '.')]),
  );
  return { path: null, settings: settings as Settings };
}

function settingValue(
  key: SettingKey,
  env: Readonly<Record<string, string | undefined>>,
  fromFile: ReadonlyMap<string, unknown>,
  path: string | null,
  cwd: string,
): SettingValue {
  const spec: SettingSpec = SETTINGS[key];
  const variable = variableName(key);
  const text = env[variable];
  if (text !== undefined && text !== '') {
    return { value: parseSettingText(spec, text, variable), origin: 'variable', source: variable };
  }
  if (fromFile.has(key)) {
    const value = checkSetting(spec, fromFile.get(key), `"${key}" in ${path}`);
    return { value: spec.kind === 'path' ? fromHere(value, path, cwd) : value, origin: 'file', source: path };
  }
  return { value: spec.default, origin: 'default', source: null };
}

/** A path or pattern that was meant from the file's folder, as it is named from the working directory. */
function fromHere(value: unknown, file: string | null, cwd: string): unknown {
  if (typeof value !== 'string' || file === null || isAbsolute(value)) return value;
  return relative(cwd, resolve(dirname(file), value));
}

function findConfig(cwd: string): string | null {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const candidate = join(folder, CONFIG_FILE);
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) return null;
  }
}

function readConfig(path: string): ReadonlyMap<string, unknown> {
  if (!existsSync(path)) {
    throw new MlxError('FILE_NOT_FOUND', `There is no configuration file at ${path}.`, {
      hint: 'Write one with `mlx init`.',
    });
  }
  const text = readFileSync(path, 'utf8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new MlxError('CONFIG_INVALID', `${path} is not JSON: ${(error as Error).message}.`, {
      hint: 'Mend the file, or write a new one with `mlx init --force`.',
    });
  }
  const values = new Map<string, unknown>();
  flatten(parsed, '', values, path);
  return values;
}

function flatten(node: unknown, prefix: string, values: Map<string, unknown>, path: string): void {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) {
    throw new MlxError(
      'CONFIG_INVALID',
      `${prefix === '' ? 'The file' : `"${prefix}"`} in ${path} must be an object.`,
    );
  }
  for (const [name, value] of Object.entries(node)) {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    if (key === '$schema') continue;
    if (LEAVES.has(key)) values.set(key, value);
    else if (SETTING_KEYS.some((known) => known.startsWith(`${key}.`))) flatten(value, key, values, path);
    else throw unknownKey(key, path);
  }
}

function unknownKey(key: string, path: string): MlxError {
  const near = suggest(key, SETTING_KEYS);
  return new MlxError('CONFIG_INVALID', `Unknown setting "${key}" in ${path}.`, {
    hint: near === undefined ? 'See `mlx config` for the settings there are.' : `Did you mean "${near}"?`,
  });
}
