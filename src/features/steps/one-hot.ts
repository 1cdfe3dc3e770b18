import type { StringColumn } from '../../data/table.js';
import type { NumberBlock, StringBlock } from '../block.js';
import type { Step, StepOptions } from '../step.js';
import {
  asDouble,
  countsOfLevels,
  emitLevelMap,
  joinNumbers,
  type LevelMap,
  levelsOf,
  mapLevels,
} from './levels.js';

type State = { readonly columns: readonly Coding[] };

/** What one category becomes. */
type Coding = {
  /** Levels in the order of their columns, -1 = none; rare levels share one column. */
  readonly levels: readonly string[];
  readonly positions: readonly number[];
  /** The column of a level that training did not have; -1 = none. */
  readonly unseen: number;
  /** What stands behind `=` in the columns' names. */
  readonly labels: readonly string[];
};

const NONE = -1;
const OTHER = 'OTHER';

/**
 * Each level of the training rows becomes a 0/1 column `name=level`, in the order of the sorted levels. Levels
 * that are rare by `min_frequency` or `max_categories` share one column `name=OTHER`, which comes last and also
 * takes levels that training did not have; without it those are 0 in all columns, and so is a missing value.
 *
 * Same definition as scikit-learn's OneHotEncoder(handle_unknown='infrequent_if_exist'), except that a missing
 * value is no level of its own (fill it first if it shall be one) and that `max_categories` 1 leaves OTHER alone.
 */
export const oneHot: Step<StringBlock, NumberBlock, State> = {
  name: 'one-hot',
  summary: 'each level of a category becomes a 0/1 column; rare ones share one',
  accepts: 'string',
  parameters: {
    min_frequency: {
      kind: 'number',
      default: null,
      min: 0,
      help: 'levels rarer than this go into OTHER: below 1 a share of the training rows, from 1 a count',
    },
    max_categories: {
      kind: 'integer',
      default: null,
      min: 1,
      help: 'most columns of one category, OTHER among them; the most frequent levels stay',
    },
    drop: {
      kind: 'choice',
      choices: ['none', 'first', 'if_binary'],
      default: 'none',
      help: 'leave out the first column of each category, or of those with two',
    },
  },
  fit(block, options) {
    return { columns: block.columns.map((column) => codingOf(column, options)) };
  },
  apply(block, state) {
    const names: string[] = [];
    const columns: Float64Array[] = [];
    block.columns.forEach((column, index) => {
      const coding = state.columns[index] as Coding;
      const positions = mapLevels(column, mapOf(coding));
      coding.labels.forEach((label, position) => {
        names.push(`${block.names[index]}=${label}`);
        columns.push(indicator(positions, position));
      });
    });
    return { kind: 'number', names, columns };
  },
  sources({ columns }) {
    return columns.flatMap(({ labels }, column) => labels.map(() => [column]));
  },
  emit(graph, tensor, state) {
    const parts = state.columns.flatMap((coding, index) => {
      const width = coding.labels.length;
      if (width === 0) return [];
      const positions = emitLevelMap(graph, tensor, index, mapOf(coding));
      const columns = graph.constant(
        'int64',
        [1, width],
        BigInt64Array.from(coding.labels, (_, i) => BigInt(i)),
      );
      return asDouble(graph, graph.node('Equal', [positions, columns], { type: 'bool' }));
    });
    return joinNumbers(graph, parts);
  },
};

function indicator(positions: Float64Array, position: number): Float64Array {
  const values = new Float64Array(positions.length);
  for (let row = 0; row < positions.length; row++) if (positions[row] === position) values[row] = 1;
  return values;
}

function mapOf({ levels, positions, unseen }: Coding): LevelMap {
  return { levels, values: positions, unseen, missing: NONE };
}

function codingOf(column: StringColumn, options: StepOptions): Coding {
  const levels = levelsOf(column);
  const isRare = rareOf(countsOfLevels(column, levels), column.codes.length, options);
  const kept = levels.filter((_, index) => !isRare[index]);
  const hasOther = kept.length < levels.length;
  const labels = hasOther ? [...kept, freeLabel(kept)] : kept;
  const isDropping = options.drop === 'first' || (options.drop === 'if_binary' && labels.length === 2);
  const shift = isDropping && labels.length > 0 ? 1 : 0;
  const other = hasOther ? kept.length - shift : NONE;
  const position = new Map(kept.map((level, index) => [level, index - shift]));
  return {
    levels,
    positions: levels.map((level) => position.get(level) ?? other),
    unseen: other,
    labels: labels.slice(shift),
  };
}

/** Whether each level (in sorted order) is rare; among equally frequent ones the first are folded first. */
function rareOf(counts: readonly number[], rows: number, options: StepOptions): boolean[] {
  const { min_frequency: frequency, max_categories: most } = options as {
    readonly min_frequency: number | null;
    readonly max_categories: number | null;
  };
  const least = frequency === null ? 0 : frequency < 1 ? frequency * rows : frequency;
  const isRare = counts.map((count) => count < least);
  const kept = isRare.filter((rare) => !rare).length;
  if (most !== null && most < kept + 1) {
    const rising = [...counts.keys()].sort((a, b) => (counts[a] as number) - (counts[b] as number));
    for (const index of rising.slice(0, Math.max(0, counts.length - most + 1))) isRare[index] = true;
  }
  return isRare;
}

/** OTHER, or where a level has that very name OTHER_ and so on. */
function freeLabel(taken: readonly string[]): string {
  let label = OTHER;
  while (taken.includes(label)) label += '_';
  return label;
}
