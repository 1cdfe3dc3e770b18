import type { StringColumn } from '../../data/table.js';
import { MlxError } from '../../errors.js';
import { compensatedSum } from '../../stats/sum.js';
import type { NumberBlock, StringBlock } from '../block.js';
import type { FitContext, FitTarget, Step, StepOptions } from '../step.js';
import { emitLevelTable, joinNumbers, type LevelMap, mapLevels } from './levels.js';

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
      words: ['auto'],
      help: 'how many rows the overall mean counts for; by empirical Bayes when "auto" or not given',
    },
  },
  fit(block, options, context) {
    return learn(block, options, numbersOf(known(context)), learningRows(context, null));
  },
  crossFit(block, options, context) {
    const folds = context.folds ?? new Int32Array();
    const count = folds.reduce((most, fold) => Math.max(most, fold + 1), 0);
    const numbers = numbersOf(known(context));
    return Array.from({ length: count }, (_, fold) =>
      learn(block, options, numbers, learningRows(context, fold)),
    );
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
  sources({ levels, prior }) {
    return levels.flatMap((_, column) => prior.map(() => [column]));
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

/** @param without the fold whose rows are left out; null = none */
function learningRows({ target: given, folds }: FitContext, without: number | null): Int32Array {
  const rows = new Int32Array(given?.values.length ?? 0);
  let count = 0;
  for (let row = 0; row < rows.length; row++) {
    if (without === null || folds?.[row] !== without) rows[count++] = row;
  }
  return rows.subarray(0, count);
}

/**
 * @param numbers what is averaged, one list per class
 * @param rows the rows to learn from
 */
function learn(
  block: StringBlock,
  options: StepOptions,
  numbers: readonly Float64Array[],
  rows: Int32Array,
): State {
  const smooth = typeof options.smooth === 'number' ? options.smooth : null;
  const overall = numbers.map((values) => momentsOf(values, rows));
  const codings = block.columns.map((column) => {
    const statistics = overall.map((moments) => ({ moments, ...statisticsOf(column, moments, rows) }));
    const { counts } = statistics[0] as LevelStatistics;
    const codes = [...counts.keys()].filter((code) => (counts[code] as number) > 0);
    codes.sort((a, b) => ((column.levels[a] as string) < (column.levels[b] as string) ? -1 : 1));
    return {
      levels: codes.map((code) => column.levels[code] as string),
      encodings: statistics.map((own) => codes.map((code) => shrunk(own, own.moments, code, smooth))),
    };
  });
  return {
    prior: overall.map(({ mean }) => mean),
    levels: codings.map(({ levels }) => levels),
    encodings: codings.map(({ encodings }) => encodings),
  };
}

/** What is averaged, one list per class: 0 and 1, or the target itself. */
function numbersOf({ task, classes, values }: FitTarget): Float64Array[] {
  if (task === 'regression') return [values];
  const wanted = classes <= 2 ? [1] : Array.from({ length: classes }, (_, k) => k);
  return wanted.map((k) => values.map((value) => (value === k ? 1 : 0)));
}

interface Moments {
  readonly values: Float64Array;
  readonly mean: number;
  readonly variance: number;
}

/** Mean and variance (divisor n); the mean is 0 for no rows and where the sum overflows, so that the state stays JSON. */
function momentsOf(values: Float64Array, rows: Int32Array): Moments {
  const at = (index: number): number => values[rows[index] as number] as number;
  const mean = finiteOr(compensatedSum(rows.length, at) / rows.length, 0);
  const variance = compensatedSum(rows.length, (index) => (at(index) - mean) ** 2) / rows.length;
  return { values, mean, variance };
}

/** Per entry of the column's dictionary. */
interface LevelStatistics {
  readonly counts: Float64Array;
  readonly means: Float64Array;
  /** Sums of squared differences from the level's mean. */
  readonly squares: Float64Array;
}

function statisticsOf(column: StringColumn, { values }: Moments, rows: Int32Array): LevelStatistics {
  const counts = new Float64Array(column.levels.length);
  const sums = new Float64Array(column.levels.length);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] as number;
    const code = column.codes[row] as number;
    if (code < 0) continue;
    counts[code] = (counts[code] as number) + 1;
    sums[code] = (sums[code] as number) + (values[row] as number);
  }
  const means = sums.map((sum, code) => sum / (counts[code] as number));
  const squares = new Float64Array(column.levels.length);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] as number;
    const code = column.codes[row] as number;
    if (code < 0) continue;
    squares[code] = (squares[code] as number) + ((values[row] as number) - (means[code] as number)) ** 2;
  }
  return { counts, means, squares };
}

function shrunk(
  { counts, means, squares }: LevelStatistics,
  { mean, variance }: Moments,
  code: number,
  smooth: number | null,
): number {
  const count = counts[code] as number;
  // λ with m = σ²/τ², written so that τ² = 0 is no division by zero unless σ² is 0 too.
  const weight =
    smooth === null
      ? (variance * count) / (variance * count + (squares[code] as number) / count)
      : count / (count + smooth);
  return finiteOr(weight * (means[code] as number) + (1 - weight) * mean, mean);
}

/** The number, never a negative zero, or the other one where it is none. */
function finiteOr(value: number, other: number): number {
  return Number.isFinite(value) ? value + 0 : other;
}
