import { type Html, html } from '../../html.js';
import { coordinate, formatAtStep } from '../format.js';
import { linearScale, ticksWithin } from './scale.js';

export interface SwarmPoint {
  readonly x: number;
  /** Its colour, 0..1; null is grey. */
  readonly shade: number | null;
}

const WIDTH = 420;
const HEIGHT = 30;
const SIDE = 8;
/** Dots that fall into the same place along the axis are put above and below each other. */
const PLACE = 2.5;
const SHADES = 8;

/** One row of dots over a shared axis; what it shows is told by the table in which it stands. */
export function swarm(points: readonly SwarmPoint[], range: readonly [number, number]): Html {
  const x = linearScale(range, [SIDE, WIDTH - SIDE]);
  const places = new Map<number, SwarmPoint[]>();
  for (const point of points) {
    const place = Math.round(x(Math.min(range[1], Math.max(range[0], point.x))) / PLACE);
    const own = places.get(place);
    if (own === undefined) places.set(place, [point]);
    else own.push(point);
  }
  const most = Math.max(1, ...[...places.values()].map((own) => own.length));
  const gap = Math.min(2.6, (HEIGHT - 6) / most);
  const paths = new Map<string, string>();
  for (const [place, own] of places) {
    const ordered = own.toSorted((a, b) => (a.shade ?? -1) - (b.shade ?? -1));
    ordered.forEach(({ shade }, index) => {
      const name =
        shade === null ? 'qn' : `q${Math.max(0, Math.min(SHADES - 1, Math.floor(shade * SHADES)))}`;
      const y = HEIGHT / 2 + (index - (ordered.length - 1) / 2) * gap;
      paths.set(name, `${paths.get(name) ?? ''}M${coordinate(place * PLACE)} ${coordinate(y)}h.01`);
    });
  }
  const zero =
    range[0] <= 0 && range[1] >= 0 ? html`<path class="mid" d="M${coordinate(x(0))} 0V${HEIGHT}"/>` : null;
  const dots = [...paths].sort(([a], [b]) => (a < b ? -1 : 1));
  return html`<svg class="swarm" viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true">${zero}${dots.map(([name, path]) => html`<path class="${name}" d="${path}"/>`)}</svg>`;
}

/** The axis under rows of dots. */
export function swarmAxis(range: readonly [number, number]): Html {
  const x = linearScale(range, [SIDE, WIDTH - SIDE]);
  const { values, step } = ticksWithin(...range, 5);
  return html`<svg viewBox="0 0 ${WIDTH} 18" aria-hidden="true"><g class="ax">${values.map((value) => {
    const at = x(value);
    const anchor = at < 24 ? 'start' : at > WIDTH - 24 ? 'end' : 'middle';
    return html`<text x="${coordinate(anchor === 'middle' ? at : anchor === 'start' ? 0 : WIDTH)}" y="12" text-anchor="${anchor}">${formatAtStep(value, step)}</text>`;
  })}</g></svg>`;
}
