import type { CommandSpec, OptionKind, OptionSpec, OptionValues } from '../commands/command.js';
import { durationSeconds } from '../config/duration.js';
import { checkSetting, parsePairs, parseSettingText } from '../config/parse.js';
import { SETTINGS, type SettingKey, type SettingSpec, type Settings } from '../config/settings.js';
import { MlxError } from '../errors.js';

/** `--keep-latest <k>` → `keepLatest`. */
export function optionKey(option: OptionSpec): string {
  return longFlag(option)
    .slice(2)
    .replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** `--data <file>` → `--data`. */
export function longFlag(option: OptionSpec): string {
  return /--[a-z0-9-]+/.exec(option.flags)?.[0] as string;
}

/**
 * Option values from the texts on the command line, and from the settings where a flag is absent.
 * Absent options without default are left out.
 * @throws MlxError USAGE, CONFIG_INVALID
 */
export function resolveValues(spec: CommandSpec, given: OptionValues, settings: Settings): OptionValues {
  const values: Record<string, unknown> = {};
  for (const option of spec.options ?? []) {
    const key = optionKey(option);
    const value = given[key] === undefined ? fallback(option, settings) : parseOption(option, given[key]);
    if (value !== undefined && value !== null) values[key] = value;
  }
  return values;
}

/** The settings with what the flags said laid over them, for `mlx config` and for whoever reads settings directly. */
export function overlaySettings(spec: CommandSpec, given: OptionValues, settings: Settings): Settings {
  const overlaid: Record<string, unknown> = { ...settings };
  for (const option of spec.options ?? []) {
    const text = given[optionKey(option)];
    if (option.setting === undefined || text === undefined) continue;
    overlaid[option.setting] = { value: parseOption(option, text), origin: 'flag', source: longFlag(option) };
  }
  return overlaid as Settings;
}

function fallback(option: OptionSpec, settings: Settings): unknown {
  return option.setting === undefined ? option.default : settings[option.setting as SettingKey].value;
}

function parseOption(option: OptionSpec, text: unknown): unknown {
  const flag = longFlag(option);
  const { kind = 'text', bare } = option;
  if (bare !== undefined && text === true) return bare;
  if (kind === 'paths') return parsePaths([text].flat().map(String), flag);
  if (option.setting !== undefined) {
    const spec: SettingSpec = SETTINGS[option.setting as SettingKey];
    return Array.isArray(text)
      ? asUsage(() => checkSetting(spec, parseKind(kind, text, flag), flag))
      : asUsage(() => parseSettingText(spec, String(text), flag));
  }
  const value = parseKind(kind, text, flag);
  if (option.choices !== undefined && !option.choices.includes(String(value))) {
    throw new MlxError('USAGE', `${flag} cannot be "${value}".`, {
      hint: `Choose one of: ${option.choices.join(', ')}.`,
    });
  }
  return value;
}

/** One path is itself, several are a list; a comma is a character like any other. */
function parsePaths(paths: readonly string[], flag: string): string | readonly string[] {
  if (paths.includes('')) throw new MlxError('USAGE', `${flag} takes a path, not an empty text.`);
  return paths.length === 1 ? (paths[0] as string) : paths;
}

function parseKind(kind: Exclude<OptionKind, 'paths'>, text: unknown, flag: string): unknown {
  switch (kind) {
    case 'flag':
      return text === true;
    case 'text':
      return String(text);
    case 'list':
      return [text]
        .flat()
        .flatMap((part) => String(part).split(','))
        .map((part) => part.trim())
        .filter((part) => part !== '');
    case 'pairs':
      return parsePairs([text].flat().map(String), flag);
    case 'integer':
    case 'number':
      return parseNumber(String(text), kind === 'integer', flag);
    case 'duration':
      return parseDuration(String(text), flag);
  }
}

function parseNumber(text: string, whole: boolean, flag: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || (whole && !Number.isSafeInteger(value))) {
    throw new MlxError('USAGE', `${flag} takes a ${whole ? 'whole ' : ''}number, not "${text}".`);
  }
  return value;
}

function parseDuration(text: string, flag: string): number {
  const seconds = durationSeconds(text);
  if (seconds === null)
    throw new MlxError('USAGE', `${flag} takes a duration, not "${text}".`, {
      hint: 'For example: 30m, 24h, 7d.',
    });
  return seconds;
}

/** A wrong flag is wrong usage, also where the setting's own check found it. */
function asUsage<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof MlxError && error.code === 'CONFIG_INVALID') {
      throw new MlxError('USAGE', error.message, error.hint === undefined ? {} : { hint: error.hint });
    }
    throw error;
  }
}
