import type { ColumnProfile, TableProfile } from '../../data/profile/table-profile.js';
import { type Html, html, nameOf, type Part, shownText } from '../../html.js';
import { formatBytes, formatCount, formatShare } from '../format.js';
import { page } from '../page.js';
import { alertSection, groupAlerts } from './alert-section.js';
import { columnCard } from './column-card.js';
import { columnList } from './column-list.js';
import { correlationSection } from './correlation-section.js';
import { classNames, formatMean } from './target-words.js';

/** Columns with a card of their own; in a wider table those that go best with the target. */
export const MAX_CARDS = 200;
/** Columns in the list. */
export const MAX_LISTED = 1500;

export interface ProfilePageOptions {
  /** What was profiled: a file's name. */
  readonly title: string;
  /** The day that the page says, as it shall stand there; the page reads no clock. */
  readonly date?: string;
}

/**
 * A profile as one HTML page by itself: the same profile and options give the same bytes. Of very wide tables the page
 * shows MAX_CARDS columns in full and lists MAX_LISTED, and says so.
 */
export function profilePage(profile: TableProfile, { title, date }: ProfilePageOptions): string {
  const { target } = profile;
  const numbered = profile.columns
    .map((column, index) => ({ column, index: column.role === 'target' ? -1 : index, id: `c${index}` }))
    .sort((a, b) => a.index - b.index);
  const chosen = new Set(
    numbered
      .toSorted((a, b) => worth(b.column) - worth(a.column) || a.index - b.index)
      .slice(0, MAX_CARDS)
      .map(({ index }) => index),
  );
  const carded = numbered.filter(({ index }) => chosen.has(index));
  const listed = numbered.filter(({ index }) => chosen.has(index) || index < MAX_LISTED - MAX_CARDS);
  const alerts = groupAlerts(profile.alerts, ({ columns }) => JSON.stringify(columns));
  const cards = carded.map(({ column, id, index }) =>
    columnCard({ id, index, column, target, alerts: alerts.get(JSON.stringify([column.name])) ?? [] }),
  );
  const cardIds = new Map(carded.map(({ column, id }) => [column.name, id]));
  const body = html`<header><h1>${nameOf(title, 120)}</h1><p class="soft">Profile of a table${date === undefined ? null : `, ${date}`}</p>${keyFacts(profile)}</header>
<main>${alertSection(profile.alerts, cardIds)}
<h2 id="columns">Columns</h2>${widthNote(profile.columns.length, carded.length, listed.length)}
<div class="split">${columnList(listed, cardIds, target)}<div class="cards" data-cards>${cards}</div></div>
${correlationSection(profile)}</main>
<footer>${footnotes(profile)}</footer>`;
  return page({ title: `${shownText(title)} – profile`, body });
}

function worth({ role, association }: ColumnProfile): number {
  return role === 'target' ? 2 : (association?.strength ?? 0);
}

function keyFacts(profile: TableProfile): Html {
  const { rows, columns, missingCells, missingShare, duplicateRows, bytes, target } = profile;
  const missing = missingCells === 0 ? 'none' : formatShare(missingShare);
  return html`<dl class="facts">${fact('rows', formatCount(rows), null)}${fact('columns', formatCount(columns.length), typeCounts(columns))}${fact('missing cells', missing, missingCells === 0 ? null : `${formatCount(missingCells)} cells`)}${duplicateRows === null ? null : fact('duplicate rows', formatCount(duplicateRows), null)}${bytes === null ? null : fact('size of the file', formatBytes(bytes), null)}${target === null ? null : fact('target', nameOf(target.name, 40), targetWords(target))}</dl>`;
}

function fact(name: string, value: Part, more: Part): Html {
  return html`<div><dt>${name}</dt><dd>${value}${more === null ? null : html`<small>${more}</small>`}</dd></div>`;
}

function typeCounts(columns: readonly ColumnProfile[]): string {
  const counts = new Map<string, number>();
  for (const { type } of columns) counts.set(type, (counts.get(type) ?? 0) + 1);
  const ordered = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return ordered.map(([type, count]) => `${formatCount(count)} ${type}`).join(', ');
}

function targetWords(target: NonNullable<TableProfile['target']>): Part {
  if (target.positive !== null) {
    return html`${formatMean(target, target.mean)} are <bdi>${shownText(target.positive, 32)}</bdi>`;
  }
  if (target.task === 'regression') return `a number, ${formatMean(target, target.mean)} on average`;
  return `${formatCount(target.classCount)} classes: ${classNames(target).slice(0, 3).join(', ')}${target.classCount > 3 ? ' …' : ''}`;
}

function widthNote(all: number, carded: number, listed: number): Part {
  if (carded === all) return null;
  const list = listed < all ? ` ${formatCount(listed)} are listed;` : '';
  return html`<p class="soft">The table has ${formatCount(all)} columns;${list} ${formatCount(carded)} are shown in full: those that go best with the target, or the first ones. The JSON profile holds them all.</p>`;
}

function footnotes({ rankRows, rows, target }: TableProfile): Html {
  const sample =
    rankRows < rows
      ? ` Figures that rest on ranks (Spearman, ROC AUC, the strength of numbers) and the correlations come from a random sample of ${formatCount(rankRows)} of the ${formatCount(rows)} rows; all others from every row.`
      : '';
  const strength =
    target === null
      ? ''
      : 'Strength, 0 to 1, says how far the target is told by a column: its level, or the twentieth in which its number lies (Cramér’s V for classes, the correlation ratio for numbers, both corrected for the number of groups). Hollow dots are means of fewer than 20 rows; of fewer than 5 none is drawn. ';
  return html`<p>${strength}The standard deviation has the divisor n − 1; quantiles are interpolated; outliers lie more than 1.5 interquartile ranges outside the quartiles; kurtosis is 0 for a normal distribution.${sample}</p>`;
}
