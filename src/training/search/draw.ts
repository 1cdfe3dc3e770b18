import { createRandom, type Random } from '../../stats/random.js';
import type { Dimension, ParameterValue } from '../parameters.js';

/** Streams of the seed from here on are the search's own. */
const FIRST_STREAM = 0x5ea0_0000;

/**
 * The parameters of a trial: a function of the seed and the trial's number alone, so that a search can be taken up again
 * at any trial. Log dimensions are drawn evenly in the logarithm; whole numbers evenly, both ends included.
 * @param trial from 0
 */
export function drawParameters(
  space: readonly Dimension[],
  seed: number,
  trial: number,
): Readonly<Record<string, ParameterValue>> {
  const random = createRandom(seed, FIRST_STREAM + trial);
  return Object.fromEntries(space.map((dimension) => [dimension.name, draw(dimension, random)]));
}

function draw(dimension: Dimension, random: Random): ParameterValue {
  switch (dimension.kind) {
    case 'choice':
      return dimension.values[random.int(dimension.values.length)] as ParameterValue;
    case 'int':
      return dimension.low + random.int(dimension.high - dimension.low + 1);
    case 'uniform':
      return rounded(dimension.low + (dimension.high - dimension.low) * random.next(), dimension);
    case 'log':
      return rounded(logarithmic(dimension.low, dimension.high, random), dimension);
    case 'log-int':
      // Each whole number has the stretch from half below to half above it.
      return Math.min(
        Math.max(Math.round(logarithmic(dimension.low - 0.5, dimension.high + 0.5, random)), dimension.low),
        dimension.high,
      );
  }
}

function logarithmic(low: number, high: number, random: Random): number {
  return Math.exp(Math.log(low) + (Math.log(high) - Math.log(low)) * random.next());
}

/** Four significant digits: what is searched for is no finer, and can be typed again. */
function rounded(value: number, { low, high }: { readonly low: number; readonly high: number }): number {
  return Math.min(Math.max(Number(value.toPrecision(4)), low), high);
}
