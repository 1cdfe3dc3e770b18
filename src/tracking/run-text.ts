import { MlxError } from '../errors.js';

/** A param as code has it; it is kept as text. */
export type ParamValue = string | number | boolean | null;

const MAX_NAME = 200;
const MAX_KEY = 250;

/** Names of runs and experiments: any text in one line. Errors: NAME_INVALID. */
export function checkText(what: string, text: string): string {
  if (text.trim() !== '' && text.length <= MAX_NAME && !/\p{Cc}/u.test(text)) return text;
  throw new MlxError('NAME_INVALID', `The ${what} ${JSON.stringify(text.slice(0, 80))} cannot be used.`, {
    hint: `A ${what} has 1 to ${MAX_NAME} characters, in one line.`,
  });
}

/** Keys of params, metrics and tags. Errors: PARAM_INVALID. */
export function checkKeys<V>(entries: Readonly<Record<string, V>>): Readonly<Record<string, V>> {
  for (const key of Object.keys(entries)) {
    if (key.trim() !== '' && key.length <= MAX_KEY && !/\p{Cc}/u.test(key)) continue;
    throw new MlxError('PARAM_INVALID', `The key ${JSON.stringify(key.slice(0, 80))} cannot be used.`, {
      hint: `A key has 1 to ${MAX_KEY} characters, in one line.`,
    });
  }
  return entries;
}

export function toText(params: Readonly<Record<string, ParamValue>>): Record<string, string> {
  return Object.fromEntries(Object.entries(checkKeys(params)).map(([key, value]) => [key, String(value)]));
}
