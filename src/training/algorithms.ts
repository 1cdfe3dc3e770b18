import { BASELINE } from './algorithms/baseline.js';
import { EXTRA_TREES } from './algorithms/extra-trees.js';
import { GRADIENT_BOOSTING } from './algorithms/gradient-boosting.js';
import { LINEAR } from './algorithms/linear.js';
import { ML_RANDOM_FOREST } from './algorithms/ml-random-forest.js';
import { RANDOM_FOREST } from './algorithms/random-forest.js';
import type { Algorithm } from './parameters.js';

/** The algorithms there are, and their parameters; those that fit soonest come last, but for the package. */
export const ALGORITHMS = [
  RANDOM_FOREST,
  GRADIENT_BOOSTING,
  EXTRA_TREES,
  LINEAR,
  BASELINE,
  ML_RANDOM_FOREST,
] as const satisfies readonly Algorithm[];

export type AlgorithmName = (typeof ALGORITHMS)[number]['name'];
