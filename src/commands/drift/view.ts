import type { ColumnDrift } from '../../monitoring/drift-report.js';
import type { Style, ViewBlock } from '../command.js';
import { formatNumber, formatShare } from '../format.js';
import type { DriftDocument } from './run.js';

export function view(result: DriftDocument, style: Style): readonly ViewBlock[] {
  const colour = { drift: style.bad, 'no-drift': style.good, insufficient: style.warn }[result.verdict];
  const lines = [
    `${style.bold(result.model)} against ${result.source}: ${result.rows} rows, baseline ${result.baseline_rows}`,
    `verdict: ${colour(result.verdict)}`,
    style.dim(result.summary),
    ...(result.ignored_columns.length === 0
      ? []
      : [style.dim(`not judged: ${result.ignored_columns.join(', ')}`)]),
  ];
  const columns = [...result.columns].sort(
    (a, b) => Number(b.drifted) - Number(a.drifted) || (b.effect ?? 0) - (a.effect ?? 0),
  );
  const all = result.prediction === null ? columns : [...columns, result.prediction];
  const rows = all.map((column) => columnRow(column, style));
  const head = ['column', 'test', 'effect', 'p (adjusted)', 'mean shift', 'missing', ''];
  const quality = qualityLines(result);
  return [
    { kind: 'lines', lines },
    ...(rows.length === 0
      ? []
      : [
          { kind: 'lines' as const, lines: [''] },
          { kind: 'table' as const, table: { head, rows, right: [2, 3, 4] } },
        ]),
    ...(quality.length === 0 ? [] : [{ kind: 'lines' as const, lines: quality }]),
  ];
}

function columnRow(column: ColumnDrift, style: Style): string[] {
  return [
    column.drifted ? style.bad(column.name) : column.name,
    column.test,
    formatNumber(column.effect),
    column.p_adjusted === null ? '–' : column.p_adjusted.toPrecision(3),
    column.mean_shift_sd === null
      ? ''
      : `${column.mean_shift_sd >= 0 ? '+' : ''}${column.mean_shift_sd.toFixed(2)} sd`,
    `${formatShare(column.missing_baseline)} → ${formatShare(column.missing_current)}`,
    column.reason ?? '',
  ];
}

function qualityLines({ quality }: DriftDocument): string[] {
  if (quality === null) return [];
  const metrics = Object.entries(quality.metrics).map(([name, value]) => `${name} ${formatNumber(value)}`);
  return ['', `live quality over ${quality.labelled} labelled predictions: ${metrics.join(', ')}`];
}
