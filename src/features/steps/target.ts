import type { StringColumn } from '../../data/table.js';
import { MlxError } from '../../errors.js';
import { compensatedSum } from '../../stats/sum.js';
import type { NumberBlock, StringBlock } from '../block.js';
import type { FitContext, FitTarget, Step, StepOptions } from '../step.js';
import { emitLevelTable, joinNumbers, type LevelMap, levelsOf, mapLevels } from './levels.js';

type State = {
  readonly levels: readonly (readonly string[])[];
  /** Mean of the target over all rows, one per class (one alone for two classes and for a regression). */
  readonly prior: readonly number[];
  /** Per column and class the encoding of each level. */
  readonly encodings: readonly (readonly (readonly number[])[])[];
};

/**
 * Each category becomes the mean of the target over its rows, drawn towards the mean of all rows:
 *
 *   S = λ·mean_level + (1 - λ)·mean_all,   λ = n_level / (n_level + m)
 *
 * where m is `smooth` or, by default, the empirical Bayes estimate σ²_level / τ² (variances, divisor n, of the
 * target within the level and over all rows). For two classes it is the share of the second, `name.target`; for
 * more the share of each, `name.target:0`, `name.target:1` …; a regression takes the numbers as they are. A missing
 * value and a level that training did not have become the mean of all rows.
 *
 * Training rows are encoded by the rows of the other folds (`crossFit`), so that none sees its own label.
 * Same definition as scikit-learn's TargetEncoder (1.3 and later; user guide, "Target Encoder", after
 * D. Micci-Barreca, SIGKDD Explorations 3(1), 2001), except that a missing value is no level of its own.
 * @throws MlxError PARAM_INVALID where no target is known
 */
export const target: Step<StringBlock, NumberBlock, State> = {
  name: 'target',
  summary: 'a category becomes the smoothed mean of the target, cross-fitted for training',
  accepts: 'string',
  parameters: {
    smooth: {
      kind: 'number',
      default: null,
      min: 0,
      help: 'how many rows the overall mean counts for; by empirical Bayes when not given',
    },
  },
  fit(block, options, context) {
    return learn(block, options, known(context), null);
  },
  crossFit(block, options, context) {
    const folds = context.folds ?? new Int32Array();
    const count = folds.reduce((most, fold) => Math.max(most, fold + 1), 0);
    return Array.from({ length: count }, (_, fold) => {
      const others = Int32Array.from(folds.keys()).filter((row) => folds[row] !== fold);
      return learn(block, options, known(context), others);
    });
  },
  apply(block, state) {
    const suffixes = state.prior.length === 1 ? [''] : state.prior.map((_, k) => `:${k}`);
    return {
      kind: 'number',
      names: block.names.flatMap((name) => suffixes.map((suffix) => `${name}.target${suffix}`)),
      columns: block.columns.flatMap((column, index) =>
        mapsOf(state, index).map((map) => mapLevels(column, map)),
      ),
    };
  },
  emit(graph, tensor, state) {
    return joinNumbers(
      graph,
      state.levels.map((_, index) => emitLevelTable(graph, tensor, index, mapsOf(state, index))),
    );
  },
};

function mapsOf(state: State, index: number): LevelMap[] {
  const levels = state.levels[index] ?? [];
  return state.prior.map((prior, k) => {
    const values = state.encodings[index]?.[k] ?? [];
    return { levels, values, unseen: prior, missing: prior };
  });
}

function known(context: FitContext): FitTarget {
  if (context.target !== null) return context.target;
  throw new MlxError('PARAM_INVALID', 'The step "target" needs the target, and none is known here.', {
    hint: 'Name the target column, or encode without it: ordinal, one-hot, frequency or hashing.',
  });
}

/** @param members the rows to learn from; null = all */
function learn(
  block: StringBlock,
  options: StepOptions,
  given: FitTarget,
  members: Int32Array | null,
): State {
  const rows = members ?? Int32Array.from(given.values.keys());
  const smooth = options.smooth as number | null;
  const means = numbersOf(given, rows).map((values) => ({ values, ...momentsOf(values) }));
  const columns = block.columns.map((column) => {
    const codes =
      members === null ? column.codes : Int32Array.from(rows, (row) => column.codes[row] as number);
    return { ...column, codes };
  });
  const levels = columns.map(levelsOf);
  return {
    levels,
    prior: means.map(({ mean }) => mean),
    encodings: columns.map((column, index) =>
      means.map((overall) => encode(column, levels[index] ?? [], overall, smooth)),
    ),
  };
}

/** What is averaged, one list per class: 0 and 1, or the target itself. */
function numbersOf({ task, classes, values }: FitTarget, rows: Int32Array): Float64Array[] {
  const own = Float64Array.from(rows, (row) => values[row] as number);
  if (task === 'regression') return [own];
  if (classes <= 2) return [own.map((value) => (value === 1 ? 1 : 0))];
  return Array.from({ length: classes }, (_, k) => own.map((value) => (value === k ? 1 : 0)));
}

interface Moments {
  readonly values: Float64Array;
  readonly mean: number;
  readonly variance: number;
}

/** Mean and variance (divisor n); 0 for no rows and where the sum overflows, so that the state stays JSON. */
function momentsOf(values: Float64Array): Omit<Moments, 'values'> {
  const count = values.length;
  const mean = finiteOr(compensatedSum(count, (row) => values[row] as number) / count, 0);
  const variance = compensatedSum(count, (row) => ((values[row] as number) - mean) ** 2) / count;
  return { mean, variance };
}

function encode(
  column: StringColumn,
  levels: readonly string[],
  { values, mean, variance }: Moments,
  smooth: number | null,
): number[] {
  const counts = new Float64Array(column.levels.length);
  const sums = new Float64Array(column.levels.length);
  column.codes.forEach((code, row) => {
    if (code < 0) return;
    counts[code] = (counts[code] as number) + 1;
    sums[code] = (sums[code] as number) + (values[row] as number);
  });
  const own = sums.map((sum, code) => sum / (counts[code] as number));
  const squares = new Float64Array(column.levels.length);
  column.codes.forEach((code, row) => {
    if (code >= 0)
      squares[code] = (squares[code] as number) + ((values[row] as number) - (own[code] as number)) ** 2;
  });
  const codeOf = new Map(column.levels.map((level, code) => [level, code]));
  return levels.map((level) => {
    const code = codeOf.get(level) as number;
    const count = counts[code] as number;
    // λ with m = σ²/τ², written so that τ² = 0 is no division by zero unless σ² is 0 too.
    const weight =
      smooth === null
        ? (variance * count) / (variance * count + (squares[code] as number) / count)
        : count / (count + smooth);
    return finiteOr(weight * (own[code] as number) + (1 - weight) * mean, mean);
  });
}

/** The number, never a negative zero, or the other one where it is none. */
function finiteOr(value: number, other: number): number {
  return Number.isFinite(value) ? value + 0 : other;
}
