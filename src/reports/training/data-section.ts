import { type Html, html, nameOf, type Part, shownText } from '../../html.js';
import { formatCount, formatShare } from '../format.js';
import { intervalBar } from '../plots/interval-bar.js';
import { card, figureTable, restNote, type Section, section } from './layout.js';
import { numberHistogram } from './regression-section.js';
import type { NumberHistogram, ReportedData, TrainingReport } from './report.js';

const MAX_LISTED = 40;
const MAX_CLASSES = 30;

/** What the model was made from. */
export function dataSection({ data, steps = [], run }: TrainingReport): Section | null {
  const target = shownText(run.target, 40);
  return section('data', 'What it was made from', [
    data === undefined ? null : tableCard(data),
    data?.classCounts === undefined ? null : classesCard(data.classCounts, target),
    data?.targetHistogram === undefined ? null : targetCard(data.targetHistogram, target),
    steps.length === 0
      ? null
      : card('Preprocessing', sentences(steps), { note: 'Inside the model file, in this order.' }),
    data === undefined ? null : leftOutCard(data),
  ]);
}

/** Facts as pairs, one under the other; long values break. */
export function pairsList(facts: readonly (readonly [name: string, value: Part])[]): Html {
  return html`<dl class="pairs">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function tableCard(data: ReportedData): Html {
  const { source, digest, rows, columns, trainRows, testRows, split, usedColumns } = data;
  const facts: (readonly [string, Part])[] = [
    ['table', nameOf(source, 120)],
    ['rows', formatCount(rows)],
    [
      'columns',
      `${formatCount(columns)}${usedColumns === undefined ? '' : `, of which ${formatCount(usedColumns)} are used`}`,
    ],
    ...(trainRows === undefined
      ? []
      : [['learned from', `${formatCount(trainRows)} rows${shareOf(trainRows, rows)}`] as const]),
    ...(testRows === undefined
      ? []
      : [['held out', `${formatCount(testRows)} rows${shareOf(testRows, rows)}`] as const]),
    ...(split === undefined ? [] : [['how', shownText(split, 200)] as const]),
    ...(digest === undefined ? [] : [['SHA-256', html`<code>${shownText(digest, 64)}</code>`] as const]),
  ];
  return card('Data and split', [pairsList(facts), anomalyList(data.anomalies ?? [])]);
}

function shareOf(part: number, whole: number): string {
  return whole > 0 && part <= whole ? ` (${formatShare(part / whole)})` : '';
}

function anomalyList(anomalies: readonly string[]): Part {
  if (anomalies.length === 0) return null;
  return [html`<h4>What is odd about it</h4>`, sentences(anomalies)];
}

function sentences(texts: readonly string[]): Html {
  const shown = texts.slice(0, MAX_LISTED).map((text) => html`<li>${shownText(text, 300)}</li>`);
  return html`<ul class="plain">${shown}</ul>${restNote(shown.length, texts.length, 'entries')}`;
}

function classesCard(counts: NonNullable<ReportedData['classCounts']>, target: string): Html {
  const rows = counts.reduce((sum, { count }) => sum + count, 0);
  const most = Math.max(0, ...counts.map(({ count }) => count));
  const ranked = counts.toSorted((a, b) => b.count - a.count);
  const shown = ranked.slice(0, MAX_CLASSES);
  const table = figureTable(
    `Classes of ${target}`,
    [
      { name: 'class' },
      { name: 'rows', isNumber: true },
      { name: 'bar', isDrawn: true },
      { name: 'share', isNumber: true },
    ],
    shown.map(({ class: name, count }) => ({
      cells: [
        nameOf(name, 32),
        formatCount(count),
        intervalBar({ value: count, range: [0, most], from: 0 }),
        rows === 0 ? '–' : formatShare(count / rows),
      ],
    })),
  );
  return card(`Classes of ${target}`, [table, restNote(shown.length, counts.length, 'classes')]);
}

function targetCard(histogram: NumberHistogram, target: string): Html {
  return card(`Values of ${target}`, numberHistogram('target', `Histogram of ${target}`, histogram));
}

function leftOutCard({ leftOut = [] }: ReportedData): Part {
  if (leftOut.length === 0) return null;
  const shown = leftOut.slice(0, MAX_LISTED);
  const rows = shown.map(({ column, reason }) => ({ cells: [nameOf(column, 40), shownText(reason, 200)] }));
  const table = figureTable('Columns that are left out', [{ name: 'column' }, { name: 'why' }], rows);
  return card('Columns left out', [table, restNote(shown.length, leftOut.length, 'columns')]);
}
