import type { Style, ViewBlock } from '../command.js';
import type { MetricsDocument } from '../documents.js';
import { fieldLines, formatDuration, formatNumber } from '../format.js';
import type { TrainDocument } from '../train-document.js';
import { leaderboardBlocks, metricsTable, selectionFields } from './selection-view.js';

const SHOWN_FEATURES = 8;
const BAR_WIDTH = 24;

export function view(result: TrainDocument, style: Style): readonly ViewBlock[] {
  const { run, model, timings } = result;
  const lines = [
    `${style.bold(run.name)} ${style.dim(run.id)} ${style.good(run.status)}`,
    ...fieldLines(
      [
        [
          'target',
          `${result.target} (${result.task}${result.classes.length > 0 ? `: ${result.classes.join(', ')}` : ''})`,
        ],
        ['algorithm', result.algorithm],
        ['rows', rowsText(result)],
        ...selectionFields(result),
        ...outOfBagFields(result),
        ['time', `${formatDuration(timings.fit_ms)} to fit, ${formatDuration(timings.total_ms)} in all`],
        ['model', `${model.path}`],
        [
          'certificate',
          model.certificate.passed
            ? style.good(`passed on ${model.certificate.rows} rows`)
            : style.bad('failed'),
        ],
      ],
      style,
    ),
    ...noteLines(result, style),
    '',
  ];
  return [
    { kind: 'lines', lines },
    ...leaderboardBlocks(result, style),
    { kind: 'table', table: metricsTable(result) },
    {
      kind: 'lines',
      lines: [
        '',
        ...importanceLines(result, style),
        '',
        ...reportLines(result, style),
        style.dim(`Next: mlx register NAME --run ${run.id}`),
      ],
    },
  ];
}

function outOfBagFields({ out_of_bag: found }: TrainDocument): (readonly [string, string])[] {
  if (found === null) return [];
  const { rows, ...metrics } = found;
  const figures = Object.entries(metrics as MetricsDocument).map(
    ([name, value]) => `${name} ${formatNumber(value)}`,
  );
  return [['out of bag', `${figures.join(', ')} (${rows} training rows)`]];
}

function reportLines({ run }: TrainDocument, style: Style): string[] {
  const hasReport = run.artifacts.some(({ name }) => name === 'report.html');
  return hasReport ? [style.dim(`Report: mlx runs report ${run.id}`)] : [];
}

function rowsText({ rows, split, split_column: column, duplicates_dropped: dropped }: TrainDocument): string {
  const how = column === null ? split : `by ${split}: ${column}`;
  const left = dropped === null ? '' : `, ${dropped} duplicates dropped`;
  return `${rows.train} trained, ${rows.test} held out (${how})${left}`;
}

function noteLines(result: TrainDocument, style: Style): string[] {
  const left = result.left_out.filter(({ reason }) => reason !== null);
  return [
    ...left.map(({ column, reason }) => style.dim(`left out     ${column}: ${reason}`)),
    ...result.anomalies.map(({ column, message }) => style.warn(`warning      ${column}: ${message}`)),
  ];
}

function importanceLines(result: TrainDocument, style: Style): string[] {
  const shown = result.importance.slice(0, SHOWN_FEATURES);
  const width = Math.max(...shown.map(({ feature }) => feature.length));
  const largest = shown[0]?.importance ?? 1;
  return shown.map(({ feature, importance }) => {
    const bar = '█'.repeat(Math.max(1, Math.round((importance / (largest || 1)) * BAR_WIDTH)));
    return `${feature.padEnd(width)}  ${style.accent(bar)} ${importance.toFixed(3)}`;
  });
}
