import { timeFromText } from '../../data/time.js';
import { MlxError } from '../../errors.js';
import { MISSING_TIME } from '../../onnx/session.js';
import type { TimeBlock } from '../block.js';
import type { Step } from '../step.js';

type State = { readonly seconds: readonly number[] };

/**
 * Missing times become the (lower) median time of the training rows, 1970 for a column without any value, or a
 * constant time.
 * @throws MlxError PARAM_INVALID for a fill value that is no time, or that nothing would use
 */
export const fillTime: Step<TimeBlock, TimeBlock, State> = {
  name: 'fill-time',
  summary: 'missing times become the median time of the training rows, or a constant',
  accepts: 'time',
  isColumnwise: () => true,
  parameters: {
    strategy: {
      kind: 'choice',
      choices: ['median', 'constant'],
      default: 'median',
      help: 'what a missing time becomes',
    },
    fill_value: {
      kind: 'text',
      default: null,
      help: 'the time that strategy constant fills in, as ISO 8601 (UTC unless it names a zone)',
    },
  },
  fit(block, options) {
    const fillValue = options.fill_value as string | null;
    if ((options.strategy === 'constant') !== (fillValue !== null)) {
      throw new MlxError('PARAM_INVALID', 'strategy "constant" and fill_value go together.', {
        hint: 'Give both, such as "strategy": "constant", "fill_value": "2020-01-01".',
      });
    }
    const constant = fillValue === null ? null : isoSeconds('fill_value', fillValue);
    return { seconds: block.columns.map((column) => constant ?? lowerMedian(column)) };
  },
  apply(block, state) {
    const columns = block.columns.map((column, index) => {
      const fill = state.seconds[index] as number;
      return column.map((cell) => (Number.isNaN(cell) ? fill : cell));
    });
    return { ...block, columns };
  },
  emit(graph, { tensor }, state) {
    const missing = graph.constant('int64', [1, 1], BigInt64Array.of(MISSING_TIME));
    const fill = graph.constant(
      'int64',
      [1, state.seconds.length],
      BigInt64Array.from(state.seconds.map(BigInt)),
    );
    const isMissing = graph.node('Equal', [tensor, missing], { type: 'bool' });
    return { kind: 'time', tensor: graph.node('Where', [isMissing, fill, tensor], { type: 'int64' }) };
  },
};

/**
 * The seconds since 1970 of a parameter's ISO 8601 text.
 * @throws MlxError PARAM_INVALID
 */
export function isoSeconds(parameter: string, text: string): number {
  const seconds = timeFromText(text.trim(), 'iso');
  if (!Number.isNaN(seconds)) return seconds;
  throw new MlxError('PARAM_INVALID', `${parameter} "${text}" is no time.`, {
    hint: 'Write it year first, such as 2020-01-31 or 2020-01-31T14:00:00Z.',
  });
}

function lowerMedian(column: Float64Array): number {
  const sorted = column.filter((seconds) => !Number.isNaN(seconds)).sort();
  // + 0: a negative zero would not survive JSON.
  return (sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + 0;
}
