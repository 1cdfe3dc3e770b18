import { MlxError } from '../errors.js';
import { didYouMean } from '../suggest.js';
import type { TrainingTask } from './ensemble.js';

export type ParameterValue = string | number | boolean;

/** One setting of an algorithm, declared as data: validation, help and docs come from it. */
export interface Parameter {
  readonly name: string;
  readonly type: 'integer' | 'number' | 'boolean' | 'choice';
  readonly default: ParameterValue | Readonly<Record<TrainingTask, ParameterValue>>;
  /** Smallest and largest number, both allowed. */
  readonly min?: number;
  readonly max?: number;
  /** Words that stand beside the numbers; of a choice, all that it takes. */
  readonly words?: readonly string[];
  readonly help: string;
}

export interface Algorithm {
  readonly name: string;
  readonly summary: string;
  readonly tasks: readonly TrainingTask[];
  /** What the algorithm wants to see of the table: which of the default recipes it is trained on. */
  readonly recipe: 'trees' | 'boosting' | 'linear';
  readonly parameters: readonly Parameter[];
}

/**
 * Every parameter of the algorithm with its given or default value. Names are matched without regard to case,
 * `_` and `-`; numbers may be given as text.
 *
 * @throws MlxError PARAM_INVALID for an unknown name, a wrong type or a number out of range
 */
export function resolveParameters(
  algorithm: Algorithm,
  task: TrainingTask,
  given: Readonly<Record<string, ParameterValue>>,
): Record<string, ParameterValue> {
  const resolved: Record<string, ParameterValue> = {};
  for (const parameter of algorithm.parameters) resolved[parameter.name] = defaultOf(parameter, task);
  for (const [name, value] of Object.entries(given)) {
    const parameter = algorithm.parameters.find((known) => bare(known.name) === bare(name));
    if (parameter === undefined) throw unknownParameter(algorithm, name);
    resolved[parameter.name] = parseValue(parameter, value);
  }
  return resolved;
}

export function defaultOf(parameter: Parameter, task: TrainingTask): ParameterValue {
  return typeof parameter.default === 'object' ? parameter.default[task] : parameter.default;
}

/** The values that a parameter takes, in words: `integer from 1, or none`. */
export function rangeOf(parameter: Parameter): string {
  const { type, min, max, words = [] } = parameter;
  if (type === 'boolean') return 'true or false';
  if (type === 'choice') return words.join(', ');
  const from = min === undefined ? '' : ` from ${min}`;
  const to = max === undefined ? '' : ` to ${max}`;
  return [`${type}${from}${to}`, ...words].join(', or ');
}

/**
 * A parameter that is a number of `total` things: a share up to 1, a whole number from 2, or a word.
 *
 * @throws MlxError PARAM_INVALID for 0, a fraction above 1 or more than there are
 */
export function readCount(name: string, value: ParameterValue | undefined, total: number): number {
  switch (value) {
    case 'all':
      return total;
    case 'sqrt':
      return Math.max(1, Math.floor(Math.sqrt(total)));
    case 'log2':
      return Math.max(1, Math.floor(Math.log2(total)));
  }
  const number = value as number;
  if (number > 0 && number <= 1) return Math.max(1, Math.floor(number * total));
  if (Number.isInteger(number) && number > 1 && number <= total) return number;
  throw new MlxError('PARAM_INVALID', `${name} cannot be ${number}: there are ${total}.`, {
    hint: `${name} takes a share above 0 up to 1, or a whole number from 2 to ${total}.`,
    details: { parameter: name, value: number, total },
  });
}

function parseValue(parameter: Parameter, value: ParameterValue): ParameterValue {
  const { name, type, min, max, words = [] } = parameter;
  const text = String(value).trim();
  if (type === 'boolean') {
    if (text === 'true' || text === 'false') return text === 'true';
  } else {
    if (words.includes(text)) return text;
    const number = type === 'choice' || text === '' || typeof value === 'boolean' ? Number.NaN : Number(text);
    const isRightKind = type === 'integer' ? Number.isSafeInteger(number) : Number.isFinite(number);
    if (isRightKind && !(min !== undefined && number < min) && !(max !== undefined && number > max)) {
      return number;
    }
  }
  throw new MlxError('PARAM_INVALID', `${name} cannot be ${JSON.stringify(value)}.`, {
    hint: `${name} takes: ${rangeOf(parameter)}.`,
    details: { parameter: name, value },
  });
}

function unknownParameter(algorithm: Algorithm, name: string): MlxError {
  const names = algorithm.parameters.map((parameter) => parameter.name);
  return new MlxError('PARAM_INVALID', `${algorithm.name} has no parameter "${name}".`, {
    hint: didYouMean(name, names),
    details: { parameter: name, known: names },
  });
}

function bare(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '');
}
