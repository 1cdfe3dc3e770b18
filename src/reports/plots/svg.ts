import { type Html, html, type Part } from '../../html.js';

export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** What is drawn, in a few words. */
  readonly title: string;
  /** What it shows, for those who do not see it. */
  readonly description: string;
  readonly content: Part;
}

/** A drawing that scales with the page. @param id unique in the page */
export function svg(id: string, { width, height, title, description, content }: Drawing): Html {
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${title}</title><desc id="${id}-d">${description}</desc>${content}</svg>`;
}
