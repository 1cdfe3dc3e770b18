import { type Html, html, nameOf, shownText } from '../../html.js';
import { formatCount, formatInterval, formatScore, isKnown } from '../format.js';
import { intervalBar, rangeOf } from '../plots/interval-bar.js';
import { card, figureTable, restNote, type Section, section } from './layout.js';
import { metricName } from './metric-words.js';
import type { Slice, Slices, TrainingReport } from './report.js';
import { worstSlices } from './worst-slice.js';

const MAX_COLUMNS = 24;
const MAX_SLICES = 12;
const MAX_WORST = 5;

/** Whether it is as good for everybody: the metric by the levels of columns. */
export function slicesSection({ slices }: TrainingReport): Section | null {
  if (slices === undefined || slices.columns.length === 0) return null;
  const shown = slices.columns.slice(0, MAX_COLUMNS);
  const range = rangeOf([
    slices.overall,
    ...shown.flatMap((column) => column.slices.flatMap(({ value, low, high }) => [value, low, high])),
  ]);
  const cards = shown.map((column) => columnCard(column, slices, range));
  return section('slices', 'Where it is weaker', [
    worstCard(slices),
    html`<div class="columns">${cards}</div>`,
    restNote(shown.length, slices.columns.length, 'columns'),
  ]);
}

function worstCard(slices: Slices): Html {
  const worst = worstSlices(slices);
  const name = metricName(slices.metric);
  const isJudged = slices.columns.some((column) =>
    column.slices.some(({ isWorse }) => isWorse !== undefined),
  );
  const intro = html`<p class="small soft">The dot is ${name} of a slice, the band its interval, the line ${name} over all rows (${formatScore(slices.overall)}).</p>`;
  if (worst.length === 0) {
    return card(
      'The weakest slices',
      [html`<p>No slice is worse than the rest by more than chance would have it.</p>`, intro],
      { isWide: true },
    );
  }
  const items = worst
    .slice(0, MAX_WORST)
    .map(
      ({ column, slice }) =>
        html`<li><b>${nameOf(column, 40)}</b> = ${nameOf(slice.name, 40)}: ${name} ${formatScore(slice.value)}${intervalWords(slice)}, ${formatCount(slice.rows)} rows</li>`,
    );
  const more =
    worst.length > MAX_WORST && isJudged
      ? html`<p class="small soft">and ${formatCount(worst.length - MAX_WORST)} more, marked below.</p>`
      : null;
  return card(
    isJudged ? 'Worse than the rest, by more than chance' : 'The weakest slices',
    [html`<ol class="worst">${items}</ol>`, more, intro],
    { isWide: true },
  );
}

function intervalWords({ low, high }: Slice): string {
  const words = formatInterval(low, high);
  return words === '' ? '' : ` (${words})`;
}

function columnCard(
  { column, slices }: Slices['columns'][number],
  { metric, better, overall }: Slices,
  range: readonly [number, number],
): Html {
  const sign = better === 'higher' ? 1 : -1;
  // What is cut off is the best of many.
  const shown = slices.toSorted((a, b) => sign * (rankOf(a, sign) - rankOf(b, sign))).slice(0, MAX_SLICES);
  const rows = shown.map((slice) => ({
    isMarked: slice.isWorse === true,
    cells: [
      html`${nameOf(slice.name, 32)}${slice.isWorse === true ? html` <span class="chip warn">worse</span>` : null}`,
      formatCount(slice.rows),
      intervalBar({ ...slice, range, reference: overall, isMarked: slice.isWorse === true }),
      html`<span title="${formatInterval(slice.low, slice.high)}">${formatScore(slice.value)}</span>`,
    ],
  }));
  const columns = [
    { name: 'slice' },
    { name: 'rows', isNumber: true },
    { name: 'interval', isDrawn: true },
    { name: metricName(metric), isNumber: true },
  ];
  return card(shownText(column, 60), [
    figureTable(`By ${shownText(column, 60)}`, columns, rows),
    restNote(shown.length, slices.length, 'slices'),
  ]);
}

/** Slices without a value come last. */
function rankOf({ value }: Slice, sign: number): number {
  return isKnown(value) ? value : sign * Number.MAX_VALUE;
}
