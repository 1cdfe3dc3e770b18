import type { Parameter } from '../parameters.js';

/** Of every algorithm that grows trees. */
export const MAX_DEPTH = {
  name: 'max_depth',
  type: 'integer',
  default: 'none',
  min: 1,
  words: ['none'],
  help: 'most splits between the root and a leaf',
} as const satisfies Parameter;
