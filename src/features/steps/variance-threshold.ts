import { momentsOf } from '../../stats/moments.js';
import type { NumberBlock } from '../block.js';
import { finite } from '../finite.js';
import { emitKept, keepColumns } from '../kept-columns.js';
import type { Step } from '../step.js';

type State = {
  readonly kept: readonly number[];
  /** Of every column that came in; null = no value. */
  readonly variances: readonly (number | null)[];
};

/**
 * Leaves out columns whose variance (divisor n, missing values left out) is not above the threshold, and those
 * without any value. Same definition as scikit-learn's VarianceThreshold, constants included: with the threshold
 * 0 a column also needs two different values. Where no column is left, none comes out.
 */
export const varianceThreshold: Step<NumberBlock, NumberBlock, State> = {
  name: 'variance-threshold',
  summary: 'leaves out columns that hardly vary',
  accepts: 'number',
  parameters: {
    threshold: { kind: 'number', default: 0, min: 0, help: 'columns stay when their variance is above this' },
  },
  fit(block, options) {
    const threshold = options.threshold as number;
    const variances = block.columns.map((column) => {
      const { count, variance, min, max } = momentsOf(column);
      if (count === 0) return null;
      return finite(threshold === 0 ? Math.min(variance, max - min) : variance, 0);
    });
    const kept = [...variances.keys()].filter((index) => (variances[index] ?? 0) > threshold);
    return { kept, variances };
  },
  apply(block, { kept }) {
    return keepColumns(block, kept);
  },
  emit(graph, tensor, { kept }) {
    return emitKept(graph, tensor, kept);
  },
};
