import type { StringBlock } from '../block.js';
import type { Step } from '../step.js';

type State = { readonly levels: readonly (string | null)[] };

/**
 * Missing categories become the most frequent level of the training rows; among equals the first in code-unit
 * order wins, as in scikit-learn's SimpleImputer. A column without any value stays missing (null).
 *
 * In the graph this costs no operator: the encoder that follows maps the empty string to that level.
 */
export const fillLevel: Step<StringBlock, StringBlock, State> = {
  name: 'fill-level',
  summary: 'missing categories become the most frequent level of the training rows',
  accepts: 'string',
  parameters: {},
  fit(block) {
    return { levels: block.columns.map((column) => mostFrequent(column.codes, column.levels)) };
  },
  apply(block, state) {
    const columns = block.columns.map((column, index) => {
      const level = state.levels[index] ?? null;
      if (level === null || !column.codes.includes(-1)) return column;
      const known = column.levels.indexOf(level);
      const levels = known < 0 ? [...column.levels, level] : column.levels;
      const code = known < 0 ? column.levels.length : known;
      return { ...column, levels, codes: column.codes.map((own) => (own < 0 ? code : own)) };
    });
    return { ...block, columns };
  },
  emit(_graph, tensor, state) {
    return { ...tensor, missing: state.levels };
  },
};

function mostFrequent(codes: Int32Array, levels: readonly string[]): string | null {
  const counts = new Float64Array(levels.length);
  for (const code of codes) if (code >= 0) counts[code] = (counts[code] as number) + 1;
  let best: string | null = null;
  let most = 0;
  levels.forEach((level, code) => {
    const count = counts[code] as number;
    if (count > most || (count === most && count > 0 && best !== null && level < best)) {
      best = level;
      most = count;
    }
  });
  return best;
}
