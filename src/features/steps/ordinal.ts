import { MlxError } from '../../errors.js';
import { textInGraph } from '../../onnx/graph-text.js';
import type { NumberBlock, StringBlock } from '../block.js';
import type { Step } from '../step.js';
import { emitLevelMap, joinNumbers, type LevelMap, levelsOf, mapLevels } from './levels.js';

type State = { readonly levels: readonly (readonly string[])[]; readonly unknown_value: number };

/**
 * Each category becomes its position among the levels: those of the training rows, sorted by code unit, or the
 * list `order`, which then holds for every column of the step. Any other level, and a missing value, becomes
 * `unknown_value`.
 *
 * Same definition as scikit-learn's OrdinalEncoder(handle_unknown='use_encoded_value'), where a missing value is
 * no level of its own (fill it first if it shall be one).
 * @throws MlxError PARAM_INVALID when `order` names a level twice or `unknown_value` is a level's position
 */
export const ordinal: Step<StringBlock, NumberBlock, State> = {
  name: 'ordinal',
  summary: 'a category becomes its position among the sorted levels',
  accepts: 'string',
  parameters: {
    order: { kind: 'list', default: null, help: 'the levels in order; sorted by code unit when not given' },
    unknown_value: {
      kind: 'integer',
      default: -1,
      min: -(2 ** 31),
      max: 2 ** 31 - 1,
      help: 'what a level outside the list, and a missing value, becomes',
    },
  },
  fit(block, options) {
    const order = options.order === null ? null : orderOf(options.order as readonly (string | number)[]);
    const unknown = options.unknown_value as number;
    const levels = block.columns.map((column) => order ?? levelsOf(column));
    const taken = levels.findIndex((own) => unknown >= 0 && unknown < own.length);
    if (taken >= 0) {
      throw new MlxError('PARAM_INVALID', `unknown_value ${unknown} is the number of a level.`, {
        hint: `Column "${block.names[taken]}" has the numbers 0 to ${(levels[taken]?.length ?? 0) - 1}; take one outside.`,
      });
    }
    return { levels, unknown_value: unknown };
  },
  apply(block, state) {
    const columns = block.columns.map((column, index) => mapLevels(column, positions(state, index)));
    return { kind: 'number', names: block.names, columns };
  },
  emit(graph, tensor, state) {
    return joinNumbers(
      graph,
      state.levels.map((_, index) => emitLevelMap(graph, tensor, index, positions(state, index))),
    );
  },
};

function positions(state: State, index: number): LevelMap {
  const levels = state.levels[index] ?? [];
  const { unknown_value: unknown } = state;
  return { levels, values: [...levels.keys()], unseen: unknown, missing: unknown };
}

function orderOf(list: readonly (string | number)[]): readonly string[] {
  const levels = list.map((level) => textInGraph(String(level)));
  const repeated = levels.find((level, index) => levels.indexOf(level) < index);
  if (repeated !== undefined || levels.includes('')) {
    const fault = repeated === undefined ? 'has an empty level' : `names "${repeated}" twice`;
    throw new MlxError('PARAM_INVALID', `The list "order" ${fault}.`, {
      hint: 'Name every level once, from the lowest to the highest; an empty cell is a missing value, not a level.',
    });
  }
  return levels;
}
