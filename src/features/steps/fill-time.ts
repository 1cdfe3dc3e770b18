import { MISSING_TIME } from '../../onnx/session.js';
import type { TimeBlock } from '../block.js';
import type { Step } from '../step.js';
import { present } from './impute.js';

type State = { readonly seconds: readonly number[] };

/** Missing times become the (lower) median time of the training rows; a column without any value becomes 1970. */
export const fillTime: Step<TimeBlock, TimeBlock, State> = {
  name: 'fill-time',
  summary: 'missing times become the median time of the training rows',
  accepts: 'time',
  parameters: {},
  fit(block) {
    return { seconds: block.columns.map((column) => lowerMedian(present(column))) };
  },
  apply(block, state) {
    const columns = block.columns.map((column, index) => {
      const fill = state.seconds[index] as number;
      return column.map((cell) => (Number.isNaN(cell) ? fill : cell));
    });
    return { ...block, columns };
  },
  emit(graph, { tensor }, state) {
    const missing = graph.constant('int64', [1], BigInt64Array.of(MISSING_TIME));
    const fill = graph.constant(
      'int64',
      [1, state.seconds.length],
      BigInt64Array.from(state.seconds.map(BigInt)),
    );
    const isMissing = graph.node('Equal', [tensor, missing], { type: 'bool' });
    return { kind: 'time', tensor: graph.node('Where', [isMissing, fill, tensor], { type: 'int64' }) };
  },
};

function lowerMedian(sorted: Float64Array): number {
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
