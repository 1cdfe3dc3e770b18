import { quantile } from '../../stats/quantile.js';
import type { NumberBlock } from '../block.js';
import type { Step } from '../step.js';

type State = { readonly strategy: 'median' | 'mean'; readonly values: readonly number[] };

/**
 * Missing numbers become the median (default) or mean of the training rows; a column without any value
 * becomes 0. Same definition as scikit-learn's SimpleImputer.
 */
export const impute: Step<NumberBlock, NumberBlock, State> = {
  name: 'impute',
  summary: 'missing numbers become the median or mean of the training rows',
  accepts: 'number',
  isColumnwise: () => true,
  parameters: {
    strategy: {
      kind: 'choice',
      choices: ['median', 'mean'],
      default: 'median',
      help: 'what a missing number becomes',
    },
  },
  fit(block, options) {
    const strategy = options.strategy === 'mean' ? 'mean' : 'median';
    // + 0: a negative zero would not survive JSON.
    const centre = strategy === 'mean' ? mean : median;
    return { strategy, values: block.columns.map((column) => centre(present(column)) + 0) };
  },
  apply(block, state) {
    const columns = block.columns.map((column, index) => {
      const value = state.values[index] as number;
      return column.map((cell) => (Number.isNaN(cell) ? value : cell));
    });
    return { ...block, columns };
  },
  emit(graph, { tensor }, state) {
    const values = graph.constant('double', [1, state.values.length], Float64Array.from(state.values));
    const missing = graph.node('IsNaN', [tensor], { type: 'bool' });
    return { kind: 'number', tensor: graph.node('Where', [missing, values, tensor], { type: 'double' }) };
  },
};

/** The values that are there, sorted. */
export function present(column: Float64Array): Float64Array {
  return column.filter((value) => !Number.isNaN(value)).sort();
}

function median(sorted: Float64Array): number {
  return sorted.length === 0 ? 0 : quantile(sorted, 0.5);
}

function mean(values: Float64Array): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
