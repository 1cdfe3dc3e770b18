import { type Html, html, nameOf, type Part, shownText } from '../../html.js';
import { formatCount, formatFixed, formatShare, isKnown } from '../format.js';
import { card, figureTable } from './layout.js';
import type { Confusion, ThresholdChoice } from './report.js';

/** Classes that one table can hold; of more, those with the most errors. */
export const MAX_CONFUSED = 16;
const MAX_PAIRS = 12;
/** From this number of classes on, cells hold counts alone. */
const NARROW = 7;

/** True against predicted class: rows, and what share of the true class they are. */
export function confusionCard({ classes, counts }: Confusion, threshold: ThresholdChoice | undefined): Html {
  const shown = shownClasses(classes, counts);
  const isNarrow = shown.length > NARROW;
  const body = shown.map((truth) => {
    const all = sum(counts[truth] ?? []);
    const cells = shown.map((predicted) =>
      cell(counts[truth]?.[predicted] ?? 0, all, truth === predicted, isNarrow),
    );
    return html`<tr><th scope="row">${nameOf(classes[truth] ?? '', 28)}<small>${rowsWord(all)}</small></th>${cells}</tr>`;
  });
  const head = shown.map((index) => html`<th scope="col">${nameOf(classes[index] ?? '', 16)}</th>`);
  const table = html`<div class="scroll"><table class="confusion${isNarrow ? ' narrow' : ''}"><caption>Rows by true class (down) and predicted class (across)</caption><thead><tr><th scope="col" class="soft">true ↓ predicted →</th>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
  const at =
    threshold === undefined || classes.length !== 2
      ? ''
      : ` ${shownText(classes[1] ?? '', 24)} is predicted from a probability of ${formatFixed(threshold.chosen, 3)} on.`;
  const more =
    shown.length < classes.length
      ? html`<p class="soft small">The ${shown.length} of ${classes.length} classes with the most errors; shares are of all rows of the class.</p>`
      : null;
  return card('Confusion matrix', [table, more, classes.length > 2 ? pairsTable(classes, counts) : null], {
    note: `Shares are of the true class: on the diagonal they are its recall.${at}`,
    isWide: shown.length > 4,
  });
}

function shownClasses(classes: readonly string[], counts: Confusion['counts']): readonly number[] {
  const all = classes.map((_, index) => index);
  if (classes.length <= MAX_CONFUSED) return all;
  const errors = all.map((index) => {
    const predicted = sum(counts.map((row) => row[index] ?? 0));
    return sum(counts[index] ?? []) + predicted - 2 * (counts[index]?.[index] ?? 0);
  });
  const worst = all.toSorted((a, b) => (errors[b] as number) - (errors[a] as number) || a - b);
  return worst.slice(0, MAX_CONFUSED).sort((a, b) => a - b);
}

function cell(count: number, all: number, isRight: boolean, isNarrow: boolean): Html {
  const share = all > 0 && isKnown(count) ? Math.min(1, count / all) : 0;
  const shade = Math.round(Math.max(0, share) * 10);
  return html`<td class="${isRight ? 'right' : 'wrong'} k${shade}"><b>${formatCount(count)}</b>${isNarrow || all === 0 ? null : html`<small>${formatShare(share)}</small>`}</td>`;
}

/** Which classes are taken for which, most often first. */
function pairsTable(classes: readonly string[], counts: Confusion['counts']): Part {
  const pairs = counts.flatMap((row, truth) =>
    row.map((count, predicted) => ({ truth, predicted, count, share: count / Math.max(1, sum(row)) })),
  );
  const wrong = pairs
    .filter(({ truth, predicted, count }) => truth !== predicted && count > 0)
    .toSorted((a, b) => b.count - a.count || a.truth - b.truth || a.predicted - b.predicted);
  if (wrong.length === 0) return null;
  const rows = wrong.slice(0, MAX_PAIRS).map(({ truth, predicted, count, share }) => ({
    cells: [
      nameOf(classes[truth] ?? '', 40),
      nameOf(classes[predicted] ?? '', 40),
      formatCount(count),
      formatShare(share),
    ],
  }));
  const columns = [
    { name: 'true class' },
    { name: 'taken for' },
    { name: 'rows', isNumber: true },
    { name: 'of the class', isNumber: true },
  ];
  return html`<details><summary>The most frequent mistakes</summary>${figureTable('Classes that are taken for others', columns, rows)}</details>`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function rowsWord(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'row' : 'rows'}`;
}
