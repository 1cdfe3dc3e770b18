import { BASELINE } from './algorithms/baseline.js';
import { LINEAR } from './algorithms/linear.js';
import { ML_RANDOM_FOREST } from './algorithms/ml-random-forest.js';
import { RANDOM_FOREST } from './algorithms/random-forest.js';
import type { Algorithm } from './parameters.js';

/** The algorithms there are, and their parameters. */
export const ALGORITHMS = [
  RANDOM_FOREST,
  LINEAR,
  BASELINE,
  ML_RANDOM_FOREST,
] as const satisfies readonly Algorithm[];

export type AlgorithmName = (typeof ALGORITHMS)[number]['name'];
