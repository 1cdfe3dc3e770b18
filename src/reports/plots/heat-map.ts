import { type Html, html, shownText } from '../../html.js';
import { coordinate, formatFixed } from '../format.js';
import { svg } from './svg.js';

export interface HeatMap {
  readonly title: string;
  readonly description: string;
  readonly names: readonly string[];
  /** −1..1, or null where there is no figure. */
  value(row: number, column: number): number | null;
  /** What is said of a cell on hover. */
  note(row: number, column: number): string;
}

const LABEL_LENGTH = 18;
const LABEL_WIDTH = 118;
const LABEL_HEIGHT = 92;
const WIDTH = 760;
/** From this size of cell on its figure is written into it. */
const SPACIOUS = 30;

/** A square of correlations: the colour is the sign, its depth the size. */
export function heatMap(id: string, map: HeatMap): Html {
  const { names, title, description } = map;
  const cell = Math.min(44, (WIDTH - LABEL_WIDTH - 10) / names.length);
  const width = LABEL_WIDTH + cell * names.length + 60;
  const labels = names.map((name, index) => {
    const middle = (index + 0.5) * cell;
    const text = shownText(name, LABEL_LENGTH);
    const [top, left] = [LABEL_WIDTH + middle + 3, LABEL_HEIGHT + middle + 3.5];
    return html`<text x="${LABEL_WIDTH - 6}" y="${coordinate(left)}" text-anchor="end">${text}</text><text transform="translate(${coordinate(top)} ${LABEL_HEIGHT - 6})rotate(-45)">${text}</text>`;
  });
  const cells = names.flatMap((_, row) =>
    names.map((_, column) => (row === column ? null : heatCell(map, row, column, cell))),
  );
  const height = LABEL_HEIGHT + cell * names.length + 4;
  const content = html`<g class="ax${cell < 15 ? ' tiny' : ''}">${labels}</g><g class="heat">${cells}</g>`;
  return svg(id, { width, height, title, description, content });
}

function heatCell(map: HeatMap, row: number, column: number, size: number): Html {
  const value = map.value(row, column);
  const [x, y] = [LABEL_WIDTH + column * size, LABEL_HEIGHT + row * size];
  const side = coordinate(size - 1);
  const shape = `M${coordinate(x)} ${coordinate(y)}h${side}v${side}h-${side}z`;
  const strength = Math.abs(value ?? 0);
  const kind = value === null ? 'none' : value < 0 ? 'neg' : 'pos';
  const figure =
    size < SPACIOUS || value === null
      ? null
      : html`<text x="${coordinate(x + size / 2)}" y="${coordinate(y + size / 2 + 3.5)}" class="${strength > 0.6 ? 'on' : ''}">${formatFixed(value, 2)}</text>`;
  return html`<path class="${kind}" fill-opacity="${strength.toFixed(2)}" d="${shape}"><title>${map.note(row, column)}</title></path>${figure}`;
}
