import { SETTING_KEYS, SETTINGS, variableName } from '../../config/settings.js';
import { MlxError } from '../../errors.js';
import { didYouMean } from '../../suggest.js';
import type { CommandContext, Outcome } from '../command.js';

export interface ConfigOptions {
  /** Beginning of a key; every setting without it. */
  readonly key?: string;
}

/** @throws MlxError USAGE when no key begins so */
export async function run({ key = '' }: ConfigOptions, context: CommandContext) {
  const keys = SETTING_KEYS.filter((candidate) => candidate.startsWith(key));
  if (keys.length === 0) {
    throw new MlxError('USAGE', `No setting begins with "${key}".`, { hint: didYouMean(key, SETTING_KEYS) });
  }
  const settings = keys.map((name) => ({
    key: name,
    ...context.settings[name],
    default: SETTINGS[name].default,
    variable: variableName(name),
    help: SETTINGS[name].help,
  }));
  return { result: { settings } } satisfies Outcome<unknown>;
}

export type ConfigDocument = Awaited<ReturnType<typeof run>>['result'];
