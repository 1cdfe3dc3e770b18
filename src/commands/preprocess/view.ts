import type { Style, ViewBlock } from '../command.js';
import { formatDuration, formatShare } from '../format.js';
import type { PreprocessDocument } from './document.js';

type Column = PreprocessDocument['schema'][number];

const SHOWN_LEVELS = 3;
const SHOWN_WIDTH = 44;

export function view(result: PreprocessDocument, style: Style): readonly ViewBlock[] {
  const { dataset, schema, anomalies } = result;
  const title = `${style.bold(dataset.path)}: ${dataset.rows} rows × ${dataset.columns} columns, read in ${formatDuration(result.timings.read_ms)}`;
  const rows = schema.map((column) => [
    column.name,
    column.type,
    roleText(column, style),
    column.missing === 0 ? '' : formatShare(column.missing),
    String(column.unique),
    valuesText(column),
  ]);
  return [
    { kind: 'lines', lines: [title, ''] },
    {
      kind: 'table',
      table: { head: ['column', 'type', 'role', 'missing', 'unique', 'values'], rows, right: [3, 4] },
    },
    {
      kind: 'lines',
      lines: [
        '',
        ...anomalyLines(anomalies, style),
        ...profileLines(result, style),
        ...featureLines(result, style),
      ],
    },
  ];
}

function roleText(column: Column, style: Style): string {
  if (column.role === 'target') return style.good('target');
  return column.role === 'ignore' ? style.dim(`ignore: ${column.reason ?? ''}`) : column.role;
}

function valuesText(column: Column): string {
  if (column.levels !== null) {
    const shown = column.levels.slice(0, SHOWN_LEVELS).join(', ');
    const more = column.levels.length - SHOWN_LEVELS;
    const text = more > 0 ? `${shown} … ${more} more` : shown;
    return text.length > SHOWN_WIDTH ? `${text.slice(0, SHOWN_WIDTH - 1)}…` : text;
  }
  if (column.min === null || column.max === null) return '';
  if (column.type === 'time') return `${dayOf(column.min)} … ${dayOf(column.max)} (${column.time_format})`;
  return `${boundText(column.min)} … ${boundText(column.max)}`;
}

/** A bound as it stands in the data, as far as six digits go. */
function boundText(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function dayOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

function anomalyLines(anomalies: PreprocessDocument['anomalies'], style: Style): string[] {
  if (anomalies.length === 0) return [style.good('No anomalies.')];
  return anomalies.map(({ severity, column, message }) => {
    const mark = severity === 'error' ? style.bad('error') : style.warn('warning');
    return `${mark} ${column}: ${message}`;
  });
}

function profileLines({ profile }: PreprocessDocument, style: Style): string[] {
  return profile === null ? [] : [`profile written to ${style.bold(profile)}`];
}

function featureLines({ features }: PreprocessDocument, style: Style): string[] {
  if (features === null) return [style.dim('No features were written; --out FILE.parquet writes them.')];
  const steps = features.steps.map(
    ({ kind, columns, steps }) => `${columns.length} ${kind}: ${steps.join(' → ')}`,
  );
  const fitted = `${features.count} features, fitted on ${features.rows.train} rows (${features.split})`;
  return ['', fitted, ...steps, ...(features.out === null ? [] : [`written to ${style.bold(features.out)}`])];
}
