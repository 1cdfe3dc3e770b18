import { momentsOf } from '../../stats/moments.js';
import { quantilesOf } from '../../stats/selection.js';
import type { NumberBlock } from '../block.js';
import { finite } from '../finite.js';
import { percentiles } from '../ranges.js';
import { scratchFor } from '../scratch.js';
import type { Step, StepOptions } from '../step.js';
import { emitFlags } from './impute.js';

type State = { readonly action: string; readonly low: readonly number[]; readonly high: readonly number[] };

const LARGEST = Number.MAX_VALUE;
const FACTORS: Readonly<Record<string, number>> = { iqr: 1.5, zscore: 3 };

/**
 * Numbers beyond a lower and an upper fence are capped at it, or flagged in a 0/1 column `name.outlier` (those
 * stand after all the others, whose numbers stay as they are). The fences:
 *
 * - `iqr`: `factor` interquartile ranges beyond the quartiles (J. Tukey, "Exploratory data analysis", 1977);
 * - `zscore`: `factor` standard deviations (divisor n) from the mean;
 * - `percentile`: the two percentiles of `quantile_range`.
 *
 * A column whose fences would meet (equal quartiles, a constant) has no scale to judge by: nothing is beyond.
 * Missing values stay missing and are no outliers.
 */
export const outliers: Step<NumberBlock, NumberBlock, State> = {
  name: 'outliers',
  summary: 'numbers beyond the fences (interquartile range, z-score or percentiles) are capped or flagged',
  accepts: 'number',
  isColumnwise: ({ action }) => action === 'cap',
  parameters: {
    method: {
      kind: 'choice',
      choices: ['iqr', 'zscore', 'percentile'],
      default: 'iqr',
      help: 'how the fences are set',
    },
    factor: {
      kind: 'number',
      default: null,
      min: 0,
      help: 'interquartile ranges beyond the quartiles (1.5 unless given), or standard deviations from the mean (3)',
    },
    quantile_range: { kind: 'list', default: [1, 99], help: 'the two percentiles of the method percentile' },
    action: {
      kind: 'choice',
      choices: ['cap', 'flag'],
      default: 'cap',
      help: 'cap at the fence, or add a 0/1 column NAME.outlier',
    },
  },
  fit(block, options, context) {
    const fence = fenceOf(options);
    const scratch = scratchFor(block, context);
    const fences = block.columns.map((column) => {
      const [low, high] = fence(column, scratch);
      return low < high ? [finite(low, -LARGEST), finite(high, LARGEST)] : [-LARGEST, LARGEST];
    });
    return {
      action: options.action as string,
      low: fences.map(([low]) => low as number),
      high: fences.map(([, high]) => high as number),
    };
  },
  apply(block, { action, low, high }) {
    const judge = action === 'cap' ? capped : flagged;
    const judged = block.columns.map((column, index) =>
      judge(column, low[index] as number, high[index] as number),
    );
    if (action === 'cap') return { ...block, columns: judged };
    const names = block.names.map((name) => `${name}.outlier`);
    return { kind: 'number', names: [...block.names, ...names], columns: [...block.columns, ...judged] };
  },
  sources({ action, low }) {
    const own = low.map((_, column) => [column]);
    return action === 'cap' ? own : [...own, ...own];
  },
  emit(graph, { tensor }, { action, low, high }) {
    const lower = graph.constant('double', [1, low.length], Float64Array.from(low));
    const upper = graph.constant('double', [1, high.length], Float64Array.from(high));
    if (action === 'cap') {
      const raised = graph.node('Max', [tensor, lower], { type: 'double' });
      return { kind: 'number', tensor: graph.node('Min', [raised, upper], { type: 'double' }) };
    }
    const isBelow = graph.node('Less', [tensor, lower], { type: 'bool' });
    const isAbove = graph.node('Greater', [tensor, upper], { type: 'bool' });
    const flags = emitFlags(graph, graph.node('Or', [isBelow, isAbove], { type: 'bool' }));
    return {
      kind: 'number',
      tensor: graph.node('Concat', [tensor, flags], { type: 'double', attributes: { axis: { int: 1 } } }),
    };
  },
};

type Fence = (column: Float64Array, scratch: Float64Array) => readonly [number, number];

/** Fences that are NaN or equal where the column has no scale. */
function fenceOf(options: StepOptions): Fence {
  const method = options.method as string;
  const factor = (options.factor as number | null) ?? (FACTORS[method] as number);
  if (method === 'zscore') {
    return (column) => {
      const { mean, deviation } = momentsOf(column);
      return deviation > 0 ? [mean - factor * deviation, mean + factor * deviation] : [mean, mean];
    };
  }
  const shares = method === 'iqr' ? [0.25, 0.75] : percentiles('outliers', options.quantile_range);
  const reach = method === 'iqr' ? factor : 0;
  return (column, scratch) => {
    const [lower, upper] = quantilesOf(column, shares, scratch) as [number, number];
    return lower < upper
      ? [lower - reach * (upper - lower), upper + reach * (upper - lower)]
      : [lower, lower];
  };
}

/** The same column where nothing is beyond. */
function capped(column: Float64Array, low: number, high: number): Float64Array {
  let out = column;
  for (let row = 0; row < column.length; row++) {
    const value = column[row] as number;
    if (!(value < low || value > high)) continue;
    if (out === column) out = column.slice();
    out[row] = value < low ? low : high;
  }
  return out;
}

function flagged(column: Float64Array, low: number, high: number): Float64Array {
  const out = new Float64Array(column.length);
  for (let row = 0; row < out.length; row++) {
    const value = column[row] as number;
    out[row] = +(value < low) | +(value > high);
  }
  return out;
}
