import { type Html, html, type Part, shownText } from '../../html.js';
import { coordinate, isKnown } from '../format.js';
import { type Axes, type Axis, axes, PLOT } from './axes.js';
import { svg } from './svg.js';

/** Lines that are told apart by colour and dashes; any more are drawn alike. */
export const LINE_STYLES = 6;

export interface LineSeries {
  readonly name: string;
  /** In the order in which they are joined; those that are not finite are left out. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Which of the LINE_STYLES; null is for the many in the background. */
  readonly style: number | null;
  /** `step` goes to the next height before it goes along. */
  readonly shape?: 'line' | 'step' | 'dots';
  /** The area between the line and the x axis is tinted. */
  readonly isFilled?: boolean;
}

/** A point with the interval of its height. */
export interface IntervalPoint {
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
  /** Its radius on the paper. */
  readonly radius: number;
  /** What is said of it on hover. */
  readonly note: string;
}

export interface LinePlot {
  readonly title: string;
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly LineSeries[];
  readonly intervals?: { readonly style: number; readonly points: readonly IntervalPoint[] };
  /** A line to compare with: the diagonal, a share. */
  readonly reference?: readonly [from: readonly [number, number], to: readonly [number, number]];
  /** A place on the x axis that is named. */
  readonly mark?: { readonly at: number; readonly label: string };
}

/** Points closer than this on the paper are drawn as one. */
const LEAST_STEP = 0.6;

/** Lines over two axes. */
export function linePlot(id: string, plot: LinePlot): Html {
  const frame = axes(plot.x, plot.y);
  const { reference, intervals, mark } = plot;
  const content = [
    frame.content,
    reference === undefined
      ? null
      : html`<path class="ref" d="${reference.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${place(frame, x, y)}`).join('')}"/>`,
    mark === undefined ? null : markLine(frame, mark, plot.series[0]),
    plot.series.map((series) => drawn(frame, series)),
    intervals === undefined ? null : whiskers(frame, intervals.style, intervals.points),
  ];
  return svg(id, { ...PLOT, title: plot.title, description: plot.description, content });
}

/** What the lines of a plot are; nothing for one in the background. */
export function lineLegend(
  entries: readonly { readonly name: string; readonly style: number | null; readonly shape?: string }[],
): Html {
  return html`${entries.map(
    ({ name, style, shape }) =>
      html`<span class="key"><svg class="swatch" viewBox="0 0 24 8" aria-hidden="true"><path class="${lineClass(style)}${shape === 'dots' ? ' pts' : ''}" d="${shape === 'dots' ? 'M12 4h.01' : 'M0 4H24'}"/></svg><bdi>${shownText(name, 40)}</bdi></span>`,
  )}`;
}

function lineClass(style: number | null): string {
  return `ln ${style === null ? 'lq' : `l${style % LINE_STYLES}`}`;
}

function place({ x, y }: Axes, across: number, up: number): string {
  return `${coordinate(x(across))} ${coordinate(y(up))}`;
}

function drawn(frame: Axes, { points, style, shape = 'line', isFilled = false }: LineSeries): Part {
  const known = points.filter(([x, y]) => isKnown(x) && isKnown(y));
  const placed = known.map(([x, y]) => [frame.x(x), frame.y(y)] as const);
  if (shape === 'dots') {
    const dots = placed.map(([x, y]) => `M${coordinate(x)} ${coordinate(y)}h.01`).join('');
    return html`<path class="${lineClass(style)} pts" d="${dots}"/>`;
  }
  const path = joined(thinned(placed), shape);
  const [first, last] = [placed[0], placed.at(-1)];
  const area =
    isFilled && first !== undefined && last !== undefined
      ? html`<path class="area a${(style ?? 0) % LINE_STYLES}" d="${path}L${coordinate(last[0])} ${frame.bottom}H${coordinate(first[0])}z"/>`
      : null;
  return html`${area}<path class="${lineClass(style)}" d="${path}"/>`;
}

type Place = readonly [x: number, y: number];

/** Without the points that cannot be told from the one before; the ends stay. */
function thinned(points: readonly Place[]): readonly Place[] {
  const kept: Place[] = [];
  for (const [index, point] of points.entries()) {
    const last = kept.at(-1);
    const isFar =
      last === undefined || Math.max(Math.abs(point[0] - last[0]), Math.abs(point[1] - last[1])) > LEAST_STEP;
    if (isFar || index === points.length - 1) kept.push(point);
  }
  return kept;
}

function joined(points: readonly Place[], shape: 'line' | 'step'): string {
  return points
    .map(([x, y], index) => {
      if (index === 0) return `M${coordinate(x)} ${coordinate(y)}`;
      return shape === 'step' ? `V${coordinate(y)}H${coordinate(x)}` : `L${coordinate(x)} ${coordinate(y)}`;
    })
    .join('');
}

function whiskers(frame: Axes, style: number, points: readonly IntervalPoint[]): Part {
  const known = points.filter(({ x, y, low, high }) => [x, y, low, high].every(isKnown));
  return known.map(
    ({ x, y, low, high, radius, note }) =>
      html`<g class="iv i${style}"><path d="M${place(frame, x, low)}L${place(frame, x, high)}"/><circle cx="${coordinate(frame.x(x))}" cy="${coordinate(frame.y(y))}" r="${coordinate(radius)}"/><title>${note}</title></g>`,
  );
}

/** Its name stands where the first line is not. */
function markLine(
  frame: Axes,
  { at, label }: NonNullable<LinePlot['mark']>,
  first: LineSeries | undefined,
): Html {
  const x = frame.x(at);
  const height = first?.points.find(([across]) => across >= at)?.[1] ?? Number.POSITIVE_INFINITY;
  const isLow = frame.y(height) > (frame.top + frame.bottom) / 2;
  const isRight = x > (frame.left + frame.right) / 2;
  return html`<path class="mark" d="M${coordinate(x)} ${frame.top}V${frame.bottom}"/><text class="mark-name" x="${coordinate(x + (isRight ? -5 : 5))}" y="${isLow ? frame.top + 12 : frame.bottom - 7}" text-anchor="${isRight ? 'end' : 'start'}">${label}</text>`;
}
