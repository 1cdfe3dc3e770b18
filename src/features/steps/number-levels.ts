import type { NumberBlock } from '../block.js';
import { takeColumns } from '../row-operation.js';
import type { Step } from '../step.js';
import { emitFlags } from './impute.js';

type State = {
  /** Per column the values that have a column of their own, ascending. */
  readonly levels: readonly (readonly number[])[];
};

/**
 * Each value of the training rows becomes a 0/1 column `name=value`, in ascending order: what scikit-learn's OneHotEncoder
 * makes of numbers, for hours, months and scores, whose effect is no straight line. Of a column of more than `max_levels`
 * values the most frequent have a column. Any other value, and a missing one, is 0 in all columns. A column without
 * any value has one, for 0.
 */
export const numberLevels: Step<NumberBlock, NumberBlock, State> = {
  name: 'number-levels',
  summary: 'each value of a number becomes a 0/1 column; for hours, months, scores',
  accepts: 'number',
  parameters: {
    max_levels: {
      kind: 'integer',
      default: 64,
      min: 1,
      max: 10_000,
      help: 'most columns of one number; its most frequent values have them',
    },
  },
  fit(block, options) {
    return { levels: block.columns.map((column) => levelsOf(column, options.max_levels as number)) };
  },
  apply(block, state) {
    const outputs = outputsOf(state);
    return {
      kind: 'number',
      names: outputs.map(({ column, level }) => `${block.names[column]}=${level}`),
      columns: outputs.map(({ column, level }) =>
        (block.columns[column] as Float64Array).map((value) => +(value === level)),
      ),
    };
  },
  sources(state) {
    return outputsOf(state).map(({ column }) => [column]);
  },
  emit(graph, { tensor }, state) {
    const outputs = outputsOf(state);
    const columns = takeColumns(
      graph,
      tensor,
      outputs.map(({ column }) => column),
    );
    const levels = graph.constant(
      'double',
      [1, outputs.length],
      Float64Array.from(outputs, ({ level }) => level),
    );
    return {
      kind: 'number',
      tensor: emitFlags(graph, graph.node('Equal', [columns, levels], { type: 'bool' })),
    };
  },
};

/** The values that are there, ascending; of too many the most frequent, of equally frequent ones the smallest. */
function levelsOf(column: Float64Array, most: number): number[] {
  const counts = new Map<number, number>();
  // + 0: a negative zero is the same level, and would not survive JSON
  for (const value of column) {
    if (Number.isFinite(value)) counts.set(value + 0, (counts.get(value + 0) ?? 0) + 1);
  }
  if (counts.size === 0) return [0];
  return [...counts]
    .sort(([a, countOfA], [b, countOfB]) => countOfB - countOfA || a - b)
    .slice(0, most)
    .map(([level]) => level)
    .sort((a, b) => a - b);
}

/** Every column that comes out. */
function outputsOf({ levels }: State): { readonly column: number; readonly level: number }[] {
  return levels.flatMap((own, column) => own.map((level) => ({ column, level })));
}
