import { type Html, html } from '../../html.js';
import { coordinate, formatCount } from '../format.js';
import { type Axis, axes, PLOT } from './axes.js';
import { svg } from './svg.js';

export interface DensityPlot {
  readonly title: string;
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
  /** Points that lie outside the axes are left out. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Distance between the middles of two cells in a row, on the paper. */
const CELL = 11;
const ROW = (CELL * Math.sqrt(3)) / 2;
/** Shades that can be told apart. */
const SHADES = 5;

/** Many points as six-sided cells, the darker the more of them; the diagonal is where both numbers are the same. */
export function densityPlot(id: string, { title, description, x, y, points }: DensityPlot): Html {
  const frame = axes(x, y);
  const cells = new Map<string, { column: number; row: number; count: number }>();
  for (const [across, up] of points) {
    if (!isWithin(across, x.range) || !isWithin(up, y.range)) continue;
    const { column, row } = cellAt(frame.x(across) - frame.left, frame.bottom - frame.y(up));
    const key = `${column}/${row}`;
    const cell = cells.get(key);
    if (cell === undefined) cells.set(key, { column, row, count: 1 });
    else cell.count++;
  }
  const most = Math.max(1, ...[...cells.values()].map(({ count }) => count));
  const drawn = [...cells.values()].map(({ column, row, count }) => {
    const left = frame.left + (column + (row % 2 === 0 ? 0 : 0.5)) * CELL;
    // By the logarithm, so that single points are seen beside hundreds.
    const shade = Math.min(SHADES - 1, Math.floor((Math.log1p(count - 1) / Math.log(most + 1)) * SHADES));
    return html`<path class="h${shade}" d="${hexagon(left, frame.bottom - row * ROW)}"><title>${rowsWord(count)}</title></path>`;
  });
  const from = Math.max(x.range[0], y.range[0]);
  const to = Math.min(x.range[1], y.range[1]);
  const diagonal = `M${coordinate(frame.x(from))} ${coordinate(frame.y(from))}L${coordinate(frame.x(to))} ${coordinate(frame.y(to))}`;
  const content = [
    frame.content,
    html`<g class="hex">${drawn}</g>`,
    to > from ? html`<path class="ref" d="${diagonal}"/>` : null,
  ];
  return svg(id, { ...PLOT, title, description, content });
}

function isWithin(value: number, [from, to]: readonly [number, number]): boolean {
  return value >= from && value <= to;
}

/** The cell whose middle is nearest: one of the two rows of middles between which the point lies. */
function cellAt(x: number, y: number): { column: number; row: number } {
  const below = Math.floor(y / ROW);
  const candidates = [below, below + 1].map((row) => {
    const shift = row % 2 === 0 ? 0 : 0.5;
    const column = Math.round(x / CELL - shift);
    const distance = Math.hypot(x - (column + shift) * CELL, y - row * ROW);
    return { column, row, distance };
  });
  const [first, second] = candidates as [(typeof candidates)[0], (typeof candidates)[0]];
  return first.distance <= second.distance ? first : second;
}

function hexagon(x: number, y: number): string {
  const [half, quarter] = [CELL / 2 - 0.4, CELL / Math.sqrt(3) / 2];
  return `M${coordinate(x)} ${coordinate(y - 2 * quarter)}l${coordinate(half)} ${coordinate(quarter)}v${coordinate(2 * quarter)}l-${coordinate(half)} ${coordinate(quarter)}l-${coordinate(half)} -${coordinate(quarter)}v-${coordinate(2 * quarter)}z`;
}

function rowsWord(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'row' : 'rows'}`;
}
