import { MlxError } from '../errors.js';
import { suggest } from '../suggest.js';
import { durationSeconds } from './duration.js';
import type { SettingSpec } from './settings.js';

/**
 * A setting's value out of the text of a variable or flag.
 * @param where how the user knows it: `MLX_DATA_TARGET`, `--target`
 * @throws MlxError CONFIG_INVALID
 */
export function parseSettingText(spec: SettingSpec, text: string, where: string): unknown {
  switch (spec.kind) {
    case 'text':
    case 'path':
    case 'duration':
      return checkSetting(spec, text, where);
    case 'integer':
    case 'number':
      return checkSetting(spec, numberOrText(text), where);
    case 'boolean':
      return checkSetting(
        spec,
        text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text,
        where,
      );
    case 'list':
      return text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
    case 'map':
      return checkSetting(spec, parsePairs(text.split(','), where), where);
  }
}

/** The number, or the text itself where it is none, so that the error can show what was written. */
function numberOrText(text: string): number | string {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isNaN(value) ? text : value;
}

/**
 * `['a=1', 'b=x']` → `{a: '1', b: 'x'}`.
 * @throws MlxError USAGE on an item without `=`
 */
export function parsePairs(items: readonly string[], where: string): Record<string, string> {
  const pairs = new Map<string, string>();
  for (const item of items.filter((text) => text.trim() !== '')) {
    const at = item.indexOf('=');
    if (at < 1) {
      throw new MlxError('USAGE', `${where} takes name=value, not "${item}".`, {
        hint: `For example: ${where} n_estimators=200`,
      });
    }
    pairs.set(item.slice(0, at).trim(), item.slice(at + 1).trim());
  }
  return Object.fromEntries(pairs);
}

/**
 * Checks a value against the setting's kind, choices and range; gives it back.
 * @throws MlxError CONFIG_INVALID
 */
export function checkSetting(spec: SettingSpec, value: unknown, where: string): unknown {
  if (value === null && spec.default === null) return value;
  const problem = problemOf(spec, value);
  if (problem !== null)
    throw new MlxError('CONFIG_INVALID', `${where} ${problem}, not ${JSON.stringify(value)}.`, {
      hint: hintFor(spec, value),
    });
  return value;
}

function hintFor({ kind, choices, help }: SettingSpec, value: unknown): string {
  const near = kind === 'text' && choices !== undefined ? suggest(String(value), choices) : undefined;
  return near === undefined ? help : `Did you mean "${near}"?`;
}

function problemOf(spec: SettingSpec, value: unknown): string | null {
  switch (spec.kind) {
    case 'text':
    case 'path':
      if (typeof value !== 'string' || value === '') return 'takes a text';
      return spec.choices === undefined || spec.choices.includes(value)
        ? null
        : `takes one of ${spec.choices.join(', ')}`;
    case 'integer':
    case 'number':
      return numberProblem(spec, value);
    case 'boolean':
      return typeof value === 'boolean' ? null : 'takes true or false';
    case 'duration':
      return typeof value === 'string' && durationSeconds(value) !== null
        ? null
        : 'takes a duration such as 90s, 10m or 1h';
    case 'list':
      return Array.isArray(value) && value.every((item) => typeof item === 'string')
        ? null
        : 'takes a list of texts';
    case 'map':
      return mapProblem(spec, value);
  }
}

function numberProblem(spec: SettingSpec, value: unknown): string | null {
  const { words = [] } = spec;
  if (words.includes(value as string)) return null;
  const { min = -Infinity, max = Infinity } = spec;
  const whole = spec.kind === 'integer';
  const fits =
    typeof value === 'number' && value >= min && value <= max && (!whole || Number.isInteger(value));
  return fits
    ? null
    : `takes a ${whole ? 'whole ' : ''}number from ${min} to ${max}${words.map((word) => `, or ${word}`).join('')}`;
}

function mapProblem({ choices }: SettingSpec, value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'takes an object';
  const items: unknown[] = Object.values(value);
  if (choices !== undefined)
    return items.every((item) => choices.includes(item as string))
      ? null
      : `takes one of ${choices.join(', ')} for each name`;
  return items.every((item) => ['string', 'number', 'boolean'].includes(typeof item))
    ? null
    : 'takes an object of texts, numbers or booleans';
}
