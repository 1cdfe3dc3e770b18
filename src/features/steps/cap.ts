import { quantile } from '../../stats/quantile.js';
import type { NumberBlock } from '../block.js';
import type { Step } from '../step.js';
import { present } from './impute.js';

type State = { readonly low: readonly number[]; readonly high: readonly number[] };

const REACH = 1.5;
const LARGEST = Number.MAX_VALUE;

/**
 * Caps numbers at 1.5 interquartile ranges beyond the quartiles (Tukey's fences). A column whose quartiles
 * are equal has no scale to judge by and stays as it is. Missing values stay missing.
 */
export const cap: Step<NumberBlock, NumberBlock, State> = {
  name: 'cap',
  summary: 'numbers are capped at 1.5 interquartile ranges beyond the quartiles',
  accepts: 'number',
  isColumnwise: () => true,
  parameters: {},
  fit(block) {
    const fences = block.columns.map((column) => fence(present(column)));
    return { low: fences.map(([low]) => low), high: fences.map(([, high]) => high) };
  },
  apply(block, state) {
    const columns = block.columns.map((column, index) => {
      const low = state.low[index] as number;
      const high = state.high[index] as number;
      return column.map((cell) => (cell < low ? low : Math.min(cell, high)));
    });
    return { ...block, columns };
  },
  emit(graph, { tensor }, state) {
    const width = state.low.length;
    const low = graph.constant('double', [1, width], Float64Array.from(state.low));
    const high = graph.constant('double', [1, width], Float64Array.from(state.high));
    const raised = graph.node('Max', [tensor, low], { type: 'double' });
    return { kind: 'number', tensor: graph.node('Min', [raised, high], { type: 'double' }) };
  },
};

function fence(sorted: Float64Array): readonly [number, number] {
  if (sorted.length === 0) return [-LARGEST, LARGEST];
  const lower = quantile(sorted, 0.25);
  const upper = quantile(sorted, 0.75);
  const reach = REACH * (upper - lower);
  return reach > 0 ? [lower - reach, upper + reach] : [-LARGEST, LARGEST];
}
