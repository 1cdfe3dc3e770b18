import { shownText } from '../../html.js';

/** What would be read as Markdown or as markup. */
const SPECIAL = /[\\`*_{}[\]<>#|~&]/g;
/** What would make it an item of a list, or a heading of the line above. */
const ITEM = /^(\d+(?=[.)]))?(?=[-+=.)])/;

/** Text from a table or a person as Markdown shows it: nothing in it is markup, and it is one line. */
export function plain(text: string, limit = 80): string {
  return shownText(text, limit)
    .replaceAll(SPECIAL, (character) => (character === '&' ? '&amp;' : `\\${character}`))
    .replace(ITEM, '$1\\');
}

/** Code in a line; what would end it is left out. */
export function code(text: string, limit = 300): string {
  return `\`${shownText(text, limit).replaceAll('`', 'ˋ')}\``;
}

/** A table; the columns of figures are flush right. Cells are Markdown. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  figures: readonly number[] = [],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, index) => (figures.includes(index) ? '---:' : '---'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

export function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}
