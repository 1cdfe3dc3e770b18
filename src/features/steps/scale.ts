import type { NumberBlock } from '../block.js';
import type { Step } from '../step.js';

type State = { readonly mean: readonly number[]; readonly scale: readonly number[] };

/**
 * Standard scaling: (x - mean) / standard deviation (divisor n), missing values left out. A constant column
 * is divided by 1. Same definition as scikit-learn's StandardScaler.
 */
export const scale: Step<NumberBlock, NumberBlock, State> = {
  name: 'scale',
  summary: 'numbers are standardised: mean 0, standard deviation 1',
  accepts: 'number',
  isColumnwise: () => true,
  parameters: {},
  fit(block) {
    const moments = block.columns.map(momentsOf);
    return { mean: moments.map(([mean]) => mean), scale: moments.map(([, deviation]) => deviation) };
  },
  apply(block, state) {
    const columns = block.columns.map((column, index) => {
      const mean = state.mean[index] as number;
      const deviation = state.scale[index] as number;
      return column.map((cell) => (cell - mean) / deviation);
    });
    return { ...block, columns };
  },
  emit(graph, { tensor }, state) {
    const width = state.mean.length;
    const mean = graph.constant('double', [1, width], Float64Array.from(state.mean));
    const deviation = graph.constant('double', [1, width], Float64Array.from(state.scale));
    const centred = graph.node('Sub', [tensor, mean], { type: 'double' });
    return { kind: 'number', tensor: graph.node('Div', [centred, deviation], { type: 'double' }) };
  },
};

/** Mean and standard deviation in two passes, so that a large offset costs no digits. */
function momentsOf(column: Float64Array): readonly [number, number] {
  let count = 0;
  let sum = 0;
  for (const value of column) {
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
  }
  if (count === 0) return [0, 1];
  const mean = sum / count;
  let squares = 0;
  let rest = 0;
  for (const value of column) {
    if (Number.isNaN(value)) continue;
    squares += (value - mean) ** 2;
    rest += value - mean;
  }
  const variance = (squares - (rest * rest) / count) / count;
  const noise = 10 * count * Number.EPSILON * mean * mean * Number.EPSILON;
  return [mean, variance > noise ? Math.sqrt(variance) : 1];
}
