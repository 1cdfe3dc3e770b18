import type { NumberBlock, StringBlock } from '../block.js';
import type { Step } from '../step.js';
import { countsOfLevels, emitLevelTable, joinNumbers, type LevelMap, levelsOf, mapLevels } from './levels.js';

type State = {
  readonly levels: readonly (readonly string[])[];
  readonly shares: readonly (readonly number[])[];
};

/**
 * Each category becomes its share of the training rows, `name.frequency`, from 0 to 1; a missing value, and a
 * level that training did not have, becomes 0. The share is the count divided by all training rows, those without
 * a value too.
 */
export const frequency: Step<StringBlock, NumberBlock, State> = {
  name: 'frequency',
  summary: 'a category becomes its share of the training rows',
  accepts: 'string',
  parameters: {},
  fit(block) {
    const levels = block.columns.map(levelsOf);
    const shares = block.columns.map((column, index) =>
      countsOfLevels(column, levels[index] ?? []).map((count) => count / column.codes.length),
    );
    return { levels, shares };
  },
  apply(block, state) {
    const columns = block.columns.map((column, index) => mapLevels(column, sharesOf(state, index)));
    return { kind: 'number', names: block.names.map((name) => `${name}.frequency`), columns };
  },
  sources: ({ levels }) => levels.map((_, column) => [column]),
  emit(graph, tensor, state) {
    return joinNumbers(
      graph,
      state.levels.map((_, index) => emitLevelTable(graph, tensor, index, [sharesOf(state, index)])),
    );
  },
};

function sharesOf(state: State, index: number): LevelMap {
  return { levels: state.levels[index] ?? [], values: state.shares[index] ?? [], unseen: 0, missing: 0 };
}
