import { inputName } from '../../data/input-name.js';
import { COLUMN_ROLES } from '../../data/schema.js';
import type { Style, ViewBlock } from '../command.js';
import { cellForScreen, formatDuration, formatSmallShare } from '../format.js';
import type { PreprocessDocument } from './document.js';
import { explanationLines, stepLine } from './explain-view.js';
import { junitDocument } from './junit.js';

type Column = PreprocessDocument['schema'][number];
type Anomalies = PreprocessDocument['anomalies'];

const SHOWN_LEVELS = 3;
const SHOWN_WIDTH = 44;
/** Longer column names are cut on the screen; anomalies and --json have them whole. */
const NAME_WIDTH = 32;
const SHOWN_ROWS = 3;
/** Of more lines of a table the screen has the first ones; --json has them all. */
const SHOWN_LINES = 200;

export function view(result: PreprocessDocument, style: Style): readonly ViewBlock[] {
  const { dataset, schema, anomalies, test } = result;
  const title = `${style.bold(inputName(dataset.path))}: ${dataset.rows} rows × ${dataset.columns} columns, read in ${formatDuration(result.timings.read_ms)}`;
  const rows = schema
    .slice(0, SHOWN_LINES)
    .map((column) => [
      cellForScreen(column.name, NAME_WIDTH),
      column.type,
      roleText(column, style),
      column.missing === 0 ? '' : formatSmallShare(column.missing),
      column.unique === 0 ? '' : String(column.unique),
      valuesText(column, style),
    ]);
  return [
    { kind: 'lines', lines: [title, rolesLine(schema, style), ''] },
    {
      kind: 'table',
      table: {
        head: ['column', 'type', 'role', 'missing', 'unique', 'values'],
        rows,
        right: [3, 4],
        wrap: 5,
      },
    },
    {
      kind: 'lines',
      lines: [...moreLines(schema.length, 'columns', style), '', ...duplicateLines(result, style)],
    },
    ...anomalyBlocks(anomalies, style),
    ...(test === null ? [] : testBlocks(test, style)),
    { kind: 'lines', lines: [...writtenLines(result, style), ...featureLines(result, style)] },
    { kind: 'junit', document: () => junitDocument(result) },
  ];
}

/** `12 features, 1 target, 3 ignored`. */
function rolesLine(schema: readonly Column[], style: Style): string {
  const counts = new Map<string, number>(COLUMN_ROLES.map((role) => [role, 0]));
  for (const { role } of schema) counts.set(role, (counts.get(role) ?? 0) + 1);
  const present = [...counts].filter(([, count]) => count > 0);
  const words = present.map(([role, count]) =>
    role === 'ignore' ? `${count} ignored` : `${count} ${role}${role === 'feature' && count > 1 ? 's' : ''}`,
  );
  return style.dim(words.join(', '));
}

function roleText({ role }: Column, style: Style): string {
  if (role === 'feature') return role;
  return role === 'ignore' ? style.dim(role) : style.good(role);
}

/** What the column holds; why it is left out, where it is. */
function valuesText(column: Column, style: Style): string {
  if (column.reason !== null) return style.dim(column.reason);
  if (column.levels !== null) {
    const text = cellForScreen(column.levels.slice(0, SHOWN_LEVELS).join(', '), SHOWN_WIDTH);
    const more = column.levels.length - SHOWN_LEVELS;
    return more > 0 ? `${text} … ${more} more` : text;
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

function duplicateLines({ duplicate_rows: found, dataset }: PreprocessDocument, style: Style): string[] {
  const lines: string[] = [];
  if (found.count > 0) {
    const pairs = found.first.slice(0, SHOWN_ROWS).map(({ row, equals }) => `${row} = ${equals}`);
    const done = found.dropped > 0 ? 'dropped' : '--drop-duplicates leaves them out';
    const rows = found.count === 1 ? '1 row equals' : `${found.count} rows equal`;
    lines.push(
      style.warn(
        `${rows} an earlier one (${formatSmallShare(found.count / dataset.rows)}; ${pairs.join(', ')}${found.count > pairs.length ? ' …' : ''}); ${done}`,
      ),
    );
  }
  if (found.conflicting > 0)
    lines.push(
      `${found.conflicting} ${found.conflicting === 1 ? 'row has' : 'rows have'} the features of an earlier one and another target`,
    );
  return lines.length === 0 ? [] : [...lines, ''];
}

function anomalyBlocks(anomalies: Anomalies, style: Style): ViewBlock[] {
  if (anomalies.length === 0) return [{ kind: 'lines', lines: [style.good('No anomalies.')] }];
  const bySeverity = [
    ...anomalies.filter(({ severity }) => severity === 'error'),
    ...anomalies.filter(({ severity }) => severity === 'warning'),
  ];
  const isLong = anomalies.length > SHOWN_LINES;
  const shown = isLong ? bySeverity.slice(0, SHOWN_LINES) : anomalies;
  const rows = shown.map(({ severity, column, kind, message }) => [
    severity === 'error' ? style.bad('error') : style.warn('warning'),
    cellForScreen(column, NAME_WIDTH),
    kind,
    cellForScreen(message, Number.POSITIVE_INFINITY),
  ]);
  return [
    { kind: 'table', table: { head: ['severity', 'column', 'anomaly', 'what'], rows, wrap: 3 } },
    ...(isLong
      ? [{ kind: 'lines', lines: moreLines(anomalies.length, 'anomalies', style) } satisfies ViewBlock]
      : []),
  ];
}

function moreLines(count: number, noun: string, style: Style): string[] {
  return count > SHOWN_LINES
    ? [style.dim(`… and ${count - SHOWN_LINES} more ${noun}; --json has them all`)]
    : [];
}

function testBlocks(
  { path, rows, anomalies }: NonNullable<PreprocessDocument['test']>,
  style: Style,
): ViewBlock[] {
  return [
    { kind: 'lines', lines: ['', `${style.bold(inputName(path))}: ${rows} rows`] },
    ...anomalyBlocks(anomalies, style),
  ];
}

function writtenLines({ schema_file: { written }, profile }: PreprocessDocument, style: Style): string[] {
  const lines = [
    ...(written === null ? [] : [`schema written to ${style.bold(written)}`]),
    ...(profile === null ? [] : [`profile written to ${style.bold(profile)}`]),
  ];
  return lines.length === 0 ? [] : ['', ...lines];
}

function featureLines({ features }: PreprocessDocument, style: Style): string[] {
  if (features === null) return ['', style.dim('No features were written; --out FILE.parquet writes them.')];
  const { explanation } = features;
  const steps = features.steps.map(({ step, parameters, inputs, outputs }, index) => {
    const columns =
      inputs.length === outputs.length ? `${inputs.length}` : `${inputs.length} → ${outputs.length}`;
    const counted = style.dim(`: ${columns} ${outputs.length === 1 ? 'column' : 'columns'}`);
    return `${stepLine(index, step, parameters, style)}${counted}`;
  });
  const files = [features.out, features.graph, features.recipe_file].filter((path) => path !== null);
  return [
    '',
    `${features.count} features, fitted on ${features.rows.train} rows (${features.split})`,
    ...(explanation === null ? steps : []),
    ...files.map((path) => `written to ${style.bold(path)}`),
    ...(explanation === null ? [] : explanationLines(explanation, style)),
  ];
}
