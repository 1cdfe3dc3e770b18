import { type Html, html, type Part } from '../../html.js';
import { formatCount } from '../format.js';

/** A part of the page that the list at its top leads to. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly content: Part;
}

/** A section, or nothing where all of its parts are absent. @param layout `tables` stand below each other on paper */
export function section(
  id: string,
  title: string,
  parts: readonly Part[],
  layout: 'figures' | 'tables' = 'figures',
): Section | null {
  const present = parts.filter((part) => part !== null);
  if (present.length === 0) return null;
  return {
    id,
    title,
    content: html`<div class="parts${layout === 'tables' ? ' tables' : null}">${present}</div>`,
  };
}

export function sectionMarkup({ id, title, content }: Section): Html {
  return html`
<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${content}</section>`;
}

interface CardOptions {
  /** How to read it, in a line. */
  readonly note?: Part;
  /** As wide as the page. */
  readonly isWide?: boolean;
}

/** A figure or table with its heading. */
export function card(title: string, content: Part, { note = null, isWide = false }: CardOptions = {}): Html {
  return html`
<div class="card${isWide ? ' wide' : ''}"><h3>${title}</h3>${note === null ? null : html`<p class="soft small">${note}</p>`}${content}</div>`;
}

export interface Column {
  readonly name: string;
  /** Its cells are figures, which stand under each other. */
  readonly isNumber?: boolean;
  /** Its cells are drawings. */
  readonly isDrawn?: boolean;
  /** It is left out on narrow screens. */
  readonly isSpare?: boolean;
}

/** A table whose rows are named by their first cell. */
export function figureTable(
  caption: string,
  columns: readonly Column[],
  rows: readonly { readonly cells: readonly Part[]; readonly isMarked?: boolean }[],
): Html {
  const kind = ({ isNumber, isDrawn, isSpare }: Column): string =>
    `${isNumber ? 'num' : isDrawn ? 'drawn' : ''}${isSpare ? ' spare' : ''}`;
  return html`<div class="scroll"><table class="figures"><caption>${caption}</caption><thead><tr>${columns.map(
    (column) => html`<th scope="col" class="${kind(column)}">${column.name}</th>`,
  )}</tr></thead><tbody>${rows.map(
    ({ cells, isMarked }) =>
      html`<tr class="${isMarked ? 'marked' : ''}">${columns.map((column, index) =>
        index === 0
          ? html`<th scope="row">${cells[0] ?? null}</th>`
          : html`<td class="${kind(column)}">${cells[index] ?? null}</td>`,
      )}</tr>`,
  )}</tbody></table></div>`;
}

/** Said where not all of a list is shown. */
export function restNote(shown: number, all: number, what: string): Part {
  return all > shown
    ? html`<p class="soft small">${formatCount(shown)} of ${formatCount(all)} ${what} are shown; report.json holds them all.</p>`
    : null;
}
