import { momentsOf } from '../../stats/moments.js';
import { quantilesOf } from '../../stats/selection.js';
import type { NumberBlock } from '../block.js';
import { finite } from '../finite.js';
import { ascendingPair, percentiles } from '../ranges.js';
import { rowOperation } from '../row-operation.js';
import { scratchFor } from '../scratch.js';
import type { Step, StepOptions } from '../step.js';

/** `divide`: (x − centre) / scale; `multiply`: x · scale + offset. One number per column. */
type State =
  | { readonly form: 'divide'; readonly centre: readonly number[]; readonly scale: readonly number[] }
  | { readonly form: 'multiply'; readonly scale: readonly number[]; readonly offset: readonly number[] };

/** Scales smaller than this count as those of a constant (scikit-learn's own figure). */
const SMALLEST_SCALE = 10 * Number.EPSILON;

/**
 * Brings numbers to a common scale; missing values are left out of the fit and stay missing. Same definitions, and
 * the same treatment of constants (divided by 1), as scikit-learn's
 *
 * - `standard`: StandardScaler, (x − mean) / standard deviation (divisor n);
 * - `minmax`: MinMaxScaler, the training rows' smallest and largest value come to the ends of `feature_range`;
 * - `robust`: RobustScaler, (x − median) / (distance of the percentiles of `quantile_range`).
 */
export const scale: Step<NumberBlock, NumberBlock, State> = {
  name: 'scale',
  summary: 'numbers come to a common scale: standardised, to a range, or by median and quartiles',
  accepts: 'number',
  isColumnwise: () => true,
  parameters: {
    method: {
      kind: 'choice',
      choices: ['standard', 'minmax', 'robust'],
      default: 'standard',
      help: 'what the numbers are measured by',
    },
    feature_range: {
      kind: 'list',
      default: [0, 1],
      help: 'minmax: where the smallest and largest value come to',
    },
    quantile_range: {
      kind: 'list',
      default: [25, 75],
      help: 'robust: the two percentiles whose distance is the scale',
    },
    with_centering: { kind: 'boolean', default: true, help: 'standard, robust: subtract the mean or median' },
    with_scaling: { kind: 'boolean', default: true, help: 'standard, robust: divide by the scale' },
  },
  fit(block, options, context) {
    const scratch = scratchFor(block, context);
    if (options.method === 'minmax') {
      const range = ascendingPair('scale', 'feature_range', options.feature_range);
      const fitted = block.columns.map((column) => minmax(column, range));
      return {
        form: 'multiply',
        scale: fitted.map(([by]) => by),
        offset: fitted.map(([, offset]) => offset),
      };
    }
    const measure = options.method === 'robust' ? robust(options) : standard;
    const fitted = block.columns.map((column) => measure(column, scratch));
    const { with_centering: isCentred, with_scaling: isScaled } = options;
    return {
      form: 'divide',
      centre: fitted.map(([centre]) => (isCentred ? finite(centre, 0) : 0)),
      scale: fitted.map(([, by]) => (isScaled ? finite(by, 1) : 1)),
    };
  },
  apply(block, state) {
    const columns = block.columns.map((column, index) => {
      const by = state.scale[index] as number;
      return state.form === 'divide'
        ? divided(column, state.centre[index] as number, by)
        : multiplied(column, by, state.offset[index] as number);
    });
    return { ...block, columns };
  },
  emit(graph, { tensor }, state) {
    if (state.form === 'multiply') {
      const multiplied = rowOperation(graph, 'Mul', tensor, state.scale);
      return { kind: 'number', tensor: rowOperation(graph, 'Add', multiplied, state.offset) };
    }
    const centred = rowOperation(graph, 'Sub', tensor, state.centre);
    return { kind: 'number', tensor: rowOperation(graph, 'Div', centred, state.scale) };
  },
};

/** Centre and scale of a column; 0 and 1 of one without a value. */
type Measure = (column: Float64Array, scratch: Float64Array) => readonly [number, number];

const standard: Measure = (column) => {
  const { count, mean, variance, deviation } = momentsOf(column);
  if (count === 0) return [0, 1];
  // The error bound of the two passes (Chan, Golub & LeVeque): below it the column is as good as constant.
  const noise = count * Number.EPSILON * variance + (count * mean * Number.EPSILON) ** 2;
  return [mean, variance > noise || variance === Number.POSITIVE_INFINITY ? deviation : 1];
};

function robust(options: StepOptions): Measure {
  const [lower, upper] = percentiles('scale', options.quantile_range);
  return (column, scratch) => {
    const [low, centre, high] = quantilesOf(column, [lower, 0.5, upper], scratch) as [number, number, number];
    if (Number.isNaN(centre)) return [0, 1];
    return [centre, high - low < SMALLEST_SCALE ? 1 : high - low];
  };
}

/** Factor and offset of a column; 1 and 0 of one without a value. */
function minmax(column: Float64Array, [from, to]: readonly [number, number]): readonly [number, number] {
  const { count, min, max } = momentsOf(column);
  if (count === 0) return [1, 0];
  const width = finite(max - min, 0);
  const by = (to - from) / (width < SMALLEST_SCALE ? 1 : width);
  return [by, finite(from - min * by, 0)];
}

function divided(column: Float64Array, centre: number, by: number): Float64Array {
  const out = new Float64Array(column.length);
  for (let row = 0; row < out.length; row++) out[row] = ((column[row] as number) - centre) / by;
  return out;
}

function multiplied(column: Float64Array, by: number, offset: number): Float64Array {
  const out = new Float64Array(column.length);
  for (let row = 0; row < out.length; row++) out[row] = (column[row] as number) * by + offset;
  return out;
}
