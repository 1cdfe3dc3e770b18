import { MlxError } from '../errors.js';
import { didYouMean } from '../suggest.js';

export type OptionValue = string | number | boolean | null | readonly (string | number)[];
export type StepOptions = Readonly<Record<string, OptionValue>>;

/** One parameter of a step, declared as data: checks and documentation come from it. */
export type ParameterSpec =
  | {
      readonly kind: 'choice';
      readonly choices: readonly string[];
      readonly default: string;
      readonly help: string;
    }
  | {
      readonly kind: 'number' | 'integer';
      /** null: the step decides. */
      readonly default: number | null;
      readonly min?: number;
      readonly max?: number;
      /** Words that may stand for a number. */
      readonly words?: readonly string[];
      readonly help: string;
    }
  | { readonly kind: 'boolean'; readonly default: boolean; readonly help: string }
  | { readonly kind: 'text'; readonly default: string | null; readonly help: string }
  | { readonly kind: 'list'; readonly default: readonly (string | number)[] | null; readonly help: string };

export type StepParameters = Readonly<Record<string, ParameterSpec>>;

/**
 * Every declared parameter with its given or default value.
 * @param owner how messages call the step
 * @throws MlxError PARAM_INVALID for an unknown name, a wrong type or a value out of range
 */
export function resolveOptions(
  owner: string,
  parameters: StepParameters,
  given: Readonly<Record<string, unknown>>,
): StepOptions {
  const names = Object.keys(parameters);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(parameters, name)) continue;
    throw new MlxError('PARAM_INVALID', `${owner} has no parameter "${name}".`, {
      hint: names.length === 0 ? 'It takes none but "columns".' : didYouMean(name, ['columns', ...names]),
      details: { parameter: name, known: names },
    });
  }
  return Object.fromEntries(
    Object.entries(parameters).map(([name, spec]) => {
      const value = given[name];
      if (value === undefined) return [name, spec.default];
      if (accepts(spec, value)) return [name, value as OptionValue];
      throw new MlxError('PARAM_INVALID', `${owner}: ${name} cannot be ${JSON.stringify(value)}.`, {
        hint: `${name} takes ${rangeOf(spec)}.`,
        details: { parameter: name, value },
      });
    }),
  );
}

/** The values that a parameter takes, in words. */
export function rangeOf(spec: ParameterSpec): string {
  switch (spec.kind) {
    case 'choice':
      return `one of: ${spec.choices.join(', ')}`;
    case 'boolean':
      return 'true or false';
    case 'text':
      return 'a text';
    case 'list':
      return 'a list';
    case 'number':
    case 'integer': {
      const from = spec.min === undefined ? '' : ` from ${spec.min}`;
      const to = spec.max === undefined ? '' : ` to ${spec.max}`;
      const words = (spec.words ?? []).map((word) => ` or "${word}"`).join('');
      return `${spec.kind === 'integer' ? 'a whole number' : 'a number'}${from}${to}${words}`;
    }
  }
}

function accepts(spec: ParameterSpec, value: unknown): boolean {
  if (value === null) return spec.default === null;
  switch (spec.kind) {
    case 'choice':
      return typeof value === 'string' && spec.choices.includes(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'text':
      return typeof value === 'string';
    case 'list':
      return Array.isArray(value) && value.every((item) => typeof item === 'string' || Number.isFinite(item));
    case 'number':
    case 'integer': {
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, words = [] } = spec;
      if (typeof value === 'string') return words.includes(value);
      const isRightKind = spec.kind === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value);
      return isRightKind && (value as number) >= min && (value as number) <= max;
    }
  }
}
