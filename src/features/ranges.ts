import { MlxError } from '../errors.js';
import type { OptionValue } from './parameters.js';

/**
 * A range of two percentiles, as a step's parameter names it, as shares from 0 to 1.
 * @throws MlxError PARAM_INVALID when they are not two ascending numbers from 0 to 100
 */
export function percentiles(step: string, range: OptionValue | undefined): [number, number] {
  const [low, high] = ascendingPair(step, 'quantile_range', range);
  if (low >= 0 && high <= 100) return [low / 100, high / 100];
  throw new MlxError('PARAM_INVALID', `${step}: quantile_range cannot be ${JSON.stringify(range)}.`, {
    hint: 'It takes two percentiles from 0 to 100, for example [25, 75].',
    details: { parameter: 'quantile_range', value: range },
  });
}

/** @throws MlxError PARAM_INVALID when the parameter is not two ascending numbers */
export function ascendingPair(
  step: string,
  parameter: string,
  value: OptionValue | undefined,
): [number, number] {
  if (Array.isArray(value) && value.length === 2) {
    const [low, high] = value;
    if (typeof low === 'number' && typeof high === 'number' && low < high) return [low, high];
  }
  throw new MlxError('PARAM_INVALID', `${step}: ${parameter} cannot be ${JSON.stringify(value)}.`, {
    hint: 'It takes a list of two numbers, the smaller one first.',
    details: { parameter, value },
  });
}
