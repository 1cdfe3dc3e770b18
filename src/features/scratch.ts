import type { NumberBlock } from './block.js';
import type { FitContext } from './step.js';

/** Room for a number per row of the block: the context's, where it has any. */
export function scratchFor(block: NumberBlock, { scratch }: FitContext): Float64Array {
  const rows = block.columns[0]?.length ?? 0;
  return scratch !== undefined && scratch.length >= rows ? scratch : new Float64Array(rows);
}
