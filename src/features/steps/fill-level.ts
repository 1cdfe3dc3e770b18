import type { StringColumn } from '../../data/table.js';
import { MlxError } from '../../errors.js';
import { textInGraph } from '../../onnx/graph-text.js';
import type { StringBlock } from '../block.js';
import type { Step } from '../step.js';
import { countsOf } from './levels.js';

type State = { readonly levels: readonly (string | null)[] };

/** scikit-learn's default for text. */
const DEFAULT_FILL = 'missing_value';

/**
 * Missing categories become the most frequent level of the training rows (among equals the first in code-unit
 * order), or a constant, which then is a level like any other. With `most_frequent` a column without any value
 * stays missing. Same definition as scikit-learn's SimpleImputer for text.
 *
 * In the graph this costs no operator: the encoder that follows maps the empty string to that level.
 */
export const fillLevel: Step<StringBlock, StringBlock, State> = {
  name: 'fill-level',
  summary: 'missing categories become the most frequent level, or a level of their own',
  accepts: 'string',
  isColumnwise: () => true,
  parameters: {
    strategy: {
      kind: 'choice',
      choices: ['most_frequent', 'constant'],
      default: 'most_frequent',
      help: 'what a missing category becomes',
    },
    fill_value: {
      kind: 'text',
      default: null,
      help: `the level that strategy constant fills in; "${DEFAULT_FILL}" when not given`,
    },
  },
  fit(block, options) {
    const constant = constantOf(options.strategy as string, options.fill_value as string | null);
    return { levels: block.columns.map((column) => constant ?? mostFrequent(column)) };
  },
  apply(block, state) {
    return {
      ...block,
      columns: block.columns.map((column, index) => filled(column, state.levels[index] ?? null)),
    };
  },
  emit(_graph, tensor, state) {
    // What an earlier step filled in is missing no longer.
    return { ...tensor, missing: state.levels.map((level, index) => tensor.missing[index] ?? level) };
  },
};

/** @throws MlxError PARAM_INVALID for a fill value that is no level, or that nothing would use */
function constantOf(strategy: string, fillValue: string | null): string | null {
  const level = textInGraph(fillValue ?? DEFAULT_FILL);
  if (strategy === 'constant' && level !== '') return level;
  if (fillValue === null) return null;
  throw new MlxError('PARAM_INVALID', `fill_value "${fillValue}" fills nothing.`, {
    hint: 'Give a text that is not empty, together with strategy "constant".',
  });
}

function filled(column: StringColumn, level: string | null): StringColumn {
  if (level === null || !column.codes.includes(-1)) return column;
  const known = column.levels.indexOf(level);
  const levels = known < 0 ? [...column.levels, level] : column.levels;
  const code = known < 0 ? column.levels.length : known;
  return { ...column, levels, codes: column.codes.map((own) => (own < 0 ? code : own)) };
}

function mostFrequent(column: StringColumn): string | null {
  const counts = countsOf(column);
  let best: string | null = null;
  let most = 0;
  column.levels.forEach((level, code) => {
    const count = counts[code] as number;
    if (count > most || (count === most && count > 0 && best !== null && level < best)) {
      best = level;
      most = count;
    }
  });
  return best;
}
