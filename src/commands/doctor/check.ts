import { toMlxError } from '../../errors.js';

export type CheckStatus = 'ok' | 'warn' | 'fail';

/** What a check found. */
export interface Finding {
  readonly status: CheckStatus;
  readonly message: string;
  /** What to do; null where nothing is. */
  readonly hint: string | null;
}

export interface Check extends Finding {
  readonly name: string;
}

export function ok(message: string): Finding {
  return { status: 'ok', message, hint: null };
}

export function warn(message: string, hint: string): Finding {
  return { status: 'warn', message, hint };
}

export function fail(message: string, hint: string): Finding {
  return { status: 'fail', message, hint };
}

/** Does the work of one check; whatever it throws is a failure, with the error's hint or else this one. */
export async function attempt(name: string, hint: string, work: () => Promise<Finding>): Promise<Check> {
  try {
    return { name, ...(await work()) };
  } catch (thrown) {
    const error = toMlxError(thrown);
    const isExpected = error.code !== 'INTERNAL' && error.hint !== undefined;
    return { name, ...fail(error.message, isExpected ? (error.hint as string) : hint) };
  }
}
