import type { Style, TableView, ViewBlock } from '../command.js';
import { cellForScreen, formatDuration, formatNumber } from '../format.js';
import { reasonText } from './reasons.js';
import type { ExplainedSample, PredictDocument } from './run.js';

const CELL_WIDTH = 40;

export function view(result: PredictDocument, style: Style): readonly ViewBlock[] {
  const took = formatDuration(result.timings.total_ms);
  const lines = [
    `${result.rows} rows → ${style.bold(result.out)} with ${result.model} in ${took} (${result.timings.rows_per_second} rows/s)`,
    style.dim(`columns: ${result.columns.join(', ')}`),
  ];
  const { explained } = result;
  if (explained === undefined || explained.rows.length === 0) return [{ kind: 'lines', lines }];
  const { rows, unit } = explained;
  const [first] = rows;
  const isOne = rows.every(({ of }) => of === first?.of);
  const whose = isOne
    ? `of ${first?.of}, expected ${formatNumber(first?.expected)}`
    : 'of the predicted class';
  return [
    { kind: 'lines', lines: [...lines, '', `why: raw score ${whose}, and what moved it most (${unit})`] },
    { kind: 'table', table: tableOf(explained) },
    ...(result.rows > rows.length
      ? [{ kind: 'lines' as const, lines: [style.dim(`the first ${rows.length} of ${result.rows} rows`)] }]
      : []),
  ];
}

function tableOf({ rows }: ExplainedSample): TableView {
  const most = Math.max(...rows.map(({ reasons }) => reasons.length));
  const heads = Array.from({ length: most }, (_, index) => (index === 0 ? 'strongest' : ''));
  return {
    head: ['row', 'prediction', 'raw score', ...heads],
    rows: rows.map(({ row, prediction, raw_score: raw, reasons }) => [
      String(row),
      cellForScreen(typeof prediction === 'number' ? formatNumber(prediction) : prediction, CELL_WIDTH),
      formatNumber(raw),
      ...Array.from({ length: most }, (_, index) => {
        const reason = reasons[index];
        return reason === undefined ? '' : cellForScreen(reasonText(reason), CELL_WIDTH);
      }),
    ]),
    right: [0, 2],
  };
}
