import type { ColumnProfile, TargetProfile } from '../../data/profile/table-profile.js';
import { type Html, html, nameOf, type Part, shownText } from '../../html.js';
import { coordinate, formatShare } from '../format.js';

export interface ListedColumn {
  readonly column: ColumnProfile;
  readonly index: number;
}

/** All columns in short, to be searched and sorted. */
export function columnList(
  listed: readonly ListedColumn[],
  cardIds: ReadonlyMap<string, string>,
  target: TargetProfile | null,
): Html {
  const strength = target === null ? null : html`<th scope="col" class="s" data-sort="s">strength</th>`;
  return html`<nav class="list" aria-label="Columns"><div class="search" data-search hidden><input type="search" placeholder="Search columns" aria-label="Search columns"></div><div class="scroll"><table data-list><thead><tr><th scope="col" data-sort="find">name</th><th scope="col" class="num m" data-sort="m">missing</th>${strength}</tr></thead><tbody>${listed.map(
    ({ column, index }) => listRow(column, index, cardIds.get(column.name), target),
  )}</tbody></table><p class="soft small" data-empty hidden>&nbsp; No column is called that.</p></div></nav>`;
}

function listRow(
  column: ColumnProfile,
  index: number,
  cardId: string | undefined,
  target: TargetProfile | null,
): Html {
  const { name, missingShare, association } = column;
  const shown = nameOf(name, 48);
  const strength = association?.strength ?? null;
  const missing = missingShare === 0 ? html`<span class="soft">0</span>` : formatShare(missingShare);
  return html`<tr${sortKeys(column, index)}><th scope="row">${cardId === undefined ? shown : html`<a href="#${cardId}">${shown}</a>`}</th><td class="num">${missing}</td>${target === null ? null : html`<td>${strength === null ? targetMark(column) : meter(strength)}</td>`}</tr>`;
}

function targetMark({ role }: ColumnProfile): Part {
  return role === 'target' ? html`<span class="chip target">target</span>` : null;
}

function meter(strength: number): Html {
  return html`<span class="meter"><i style="width:${coordinate(strength * 100)}%"></i></span>${strength.toFixed(2)}`;
}

/** What the page's script searches and sorts rows and cards by. */
export function sortKeys({ name, type, missingShare, association }: ColumnProfile, index: number): Html {
  const strength = association?.strength ?? -1;
  return html` data-at="${index}" data-find="${shownText(name, 60).toLowerCase()} ${type}" data-m="${missingShare.toFixed(4)}" data-s="${strength.toFixed(4)}"`;
}
