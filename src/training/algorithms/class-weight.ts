import type { Parameter } from '../parameters.js';

/** Read by class-weights.ts, for every classifier that uses weights. */
export const CLASS_WEIGHT = {
  name: 'class_weight',
  type: 'text',
  task: 'classification',
  default: 'none',
  words: ['none', 'balanced'],
  help: 'how much each class counts: balanced, or by name as in yes=5,no=1',
} as const satisfies Parameter;
