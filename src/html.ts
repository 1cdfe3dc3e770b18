/** Markup that may stand in a page as it is. Made by {@link html} alone, so whatever is not Html has been escaped. */
export class Html {
  readonly #markup: string;

  constructor(markup: string) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

/** What may be put into a template: text and numbers are escaped, markup and lists of it are not; null is nothing. */
export type Part = Html | string | number | null | readonly Part[];

/**
 * Markup from a template: html`<p>${text}</p>`. Escaped parts are safe in elements and in quoted attributes, not in
 * scripts, styles or URLs: those are constant.
 */
export function html(template: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let markup = template[0] as string;
  for (const [index, part] of parts.entries()) markup += textOf(part) + (template[index + 1] as string);
  return new Html(markup);
}

function textOf(part: Part): string {
  if (part === null) return '';
  if (part instanceof Html) return part.toString();
  if (typeof part === 'object') return part.map(textOf).join('');
  return typeof part === 'number' ? String(part) : escapeHtml(part);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] as string);
}

/** Characters that are not seen, or that turn the direction of what stands after them. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|\p{Surrogate}/gu;
/** Those that belong to letters and emoji. */
const JOINERS = new Set(['\u200c', '\u200d']);

/**
 * Text from a table as a page can show it: control and direction characters are spelled out (`⟨U+202E⟩`), and more than
 * `limit` characters are cut. The empty text, and one of spaces, is shown in quotes.
 */
export function shownText(text: string, limit = 60): string {
  if (text.trim() === '') return `"${text.slice(0, limit)}"`;
  // Twice the limit holds as many characters, be they of two code units each.
  const characters = Array.from(text.slice(0, limit * 2 + 2));
  const cut = characters.length > limit ? `${characters.slice(0, limit - 1).join('')}…` : text;
  return cut.replaceAll(INVISIBLE, (character) =>
    JOINERS.has(character) ? character : `⟨U+${hexOf(character)}⟩`,
  );
}

function hexOf(character: string): string {
  return (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0');
}

/** A name or level from a table, kept apart from the direction of the text around it; the rest of a long one on hover. */
export function nameOf(text: string, limit = 60): Html {
  const shown = shownText(text, limit);
  const whole = shownText(text, 300);
  return shown === whole ? html`<bdi>${shown}</bdi>` : html`<bdi title="${whole}">${shown}</bdi>`;
}
