import { pearsonCorrelation } from '../../stats/correlation.js';
import { momentsOf } from '../../stats/moments.js';
import type { NumberBlock } from '../block.js';
import { emitKept, keepColumns } from '../kept-columns.js';
import type { Step } from '../step.js';

type State = {
  readonly kept: readonly number[];
  /** Each column that goes, with the one that stays in its stead and their correlation. */
  readonly dropped: readonly {
    readonly column: string;
    readonly like: string;
    readonly correlation: number;
  }[];
};

/**
 * Leaves out columns that say what an earlier one says already. In the order of the columns, each goes when its
 * Pearson correlation with one that stays is beyond the threshold in either direction, over the rows where
 * neither is missing (pandas' `corr`); the first such column is named. The target is not looked at. A constant
 * column correlates with nothing and stays. The time grows with the square of the number of columns.
 */
export const correlationFilter: Step<NumberBlock, NumberBlock, State> = {
  name: 'correlation-filter',
  summary: 'leaves out the later of two columns that correlate strongly',
  accepts: 'number',
  parameters: {
    threshold: {
      kind: 'number',
      default: 0.95,
      min: 0,
      max: 1,
      help: 'the later of two columns goes when their |correlation| is above this',
    },
  },
  fit(block, options) {
    const threshold = options.threshold as number;
    const units = block.columns.map(unitOf);
    const kept: number[] = [];
    const dropped: State['dropped'][number][] = [];
    block.columns.forEach((column, index) => {
      const own = units[index] ?? null;
      for (const earlier of kept) {
        const other = units[earlier] ?? null;
        const correlation =
          own !== null && other !== null
            ? dot(own, other)
            : pearsonCorrelation(block.columns[earlier] as Float64Array, column);
        if (!(Math.abs(correlation) > threshold)) continue;
        dropped.push({
          column: block.names[index] as string,
          like: block.names[earlier] as string,
          correlation,
        });
        return;
      }
      kept.push(index);
    });
    return { kept, dropped };
  },
  apply(block, { kept }) {
    return keepColumns(block, kept);
  },
  emit(graph, tensor, { kept }) {
    return emitKept(graph, tensor, kept);
  },
};

/**
 * The column about its mean and of length 1, so that a correlation is one product of such columns; null where a
 * value is missing, so that other rows count with each partner, and where there is no variance.
 */
function unitOf(column: Float64Array): Float64Array | null {
  const { count, mean, deviation } = momentsOf(column);
  if (count < column.length || !(deviation > 0)) return null;
  const length = deviation * Math.sqrt(count);
  const unit = new Float64Array(column.length);
  for (let row = 0; row < unit.length; row++) unit[row] = ((column[row] as number) - mean) / length;
  return unit;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < a.length; row++) sum += (a[row] as number) * (b[row] as number);
  return Math.max(-1, Math.min(1, sum));
}
