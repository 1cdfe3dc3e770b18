import type { Style, ViewBlock } from '../command.js';
import { formatDuration } from '../format.js';
import type { PredictDocument } from './run.js';

export function view(result: PredictDocument, style: Style): readonly ViewBlock[] {
  const took = formatDuration(result.timings.total_ms);
  return [
    {
      kind: 'lines',
      lines: [
        `${result.rows} rows → ${style.bold(result.out)} with ${result.model} in ${took} (${result.timings.rows_per_second} rows/s)`,
        style.dim(`columns: ${result.columns.join(', ')}`),
      ],
    },
  ];
}
