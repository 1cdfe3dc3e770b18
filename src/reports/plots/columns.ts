import { type Html, html, type Part } from '../../html.js';
import { coordinate, formatShort } from '../format.js';
import { linearScale, roundRange, type Scale, ticksWithin } from './scale.js';
import { svg } from './svg.js';

/** One column of a column plot. */
export interface PlotColumn {
  /** Its place along the axis, in the axis' own units. */
  readonly from: number;
  readonly to: number;
  /** Its height; or its parts, from the bottom, where it is stacked. */
  readonly parts: readonly number[];
  /** What is said of it on hover. */
  readonly note: string;
}

/** A second figure of each column, drawn as a line over them with an axis of its own. */
export interface Overlay {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** The figure over all columns, drawn as a level to compare with. */
  readonly overall: number | null;
  /** Of its axis; values beyond it are not drawn. */
  readonly range: readonly [number, number];
  format(value: number, step: number): string;
}

export interface ColumnPlot {
  readonly title: string;
  readonly description: string;
  readonly columns: readonly PlotColumn[];
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  readonly overlay: Overlay | null;
  readonly height?: number;
}

const WIDTH = 460;
const HEIGHT = 176;
const MARGIN = { top: 10, right: 44, bottom: 22, left: 40 };
/** Figures of fewer rows are drawn hollow: they may well be chance. */
const FEW_ROWS = 20;
/** Figures of fewer rows are not drawn, only told on hover. */
export const TOO_FEW_ROWS = 5;

/** Columns over an axis (a histogram, counts by hour), with a line over them where there is a second figure. */
export function columnPlot(id: string, plot: ColumnPlot): Html {
  const { columns, overlay, title, description, height = HEIGHT } = plot;
  const right = WIDTH - (overlay === null ? 20 : MARGIN.right);
  const bottom = height - MARGIN.bottom;
  const x = linearScale([columns[0]?.from ?? 0, columns.at(-1)?.to ?? 1], [MARGIN.left, right]);
  const [, most] = roundRange([0, ...columns.map(total)], 3);
  const y = linearScale([0, most], [bottom, MARGIN.top]);
  const frame: Frame = { x, y, right, bottom };
  const content = [
    countAxis(frame, most),
    bars(frame, columns),
    html`<g class="ax">${plot.ticks.map(({ at, label }) => tickLabel(x(at), bottom, label))}</g>`,
    overlay === null ? null : overlayLine(frame, columns, overlay),
    html`<g class="zones">${columns.map((column) => zone(frame, column))}</g>`,
  ];
  return svg(id, { width: WIDTH, height, title, description, content });
}

interface Frame {
  readonly x: Scale;
  readonly y: Scale;
  readonly right: number;
  readonly bottom: number;
}

function total({ parts }: PlotColumn): number {
  return parts.reduce((sum, part) => sum + part, 0);
}

function tickLabel(x: number, bottom: number, label: string): Html {
  return html`<text x="${coordinate(x)}" y="${bottom + 15}" text-anchor="middle">${label}</text>`;
}

function countAxis({ y, right }: Frame, most: number): Part {
  const { values } = ticksWithin(0, most, 3);
  return html`<g class="ax">${values.map(
    (value) =>
      html`<path class="grid" d="M${MARGIN.left} ${coordinate(y(value))}H${right}"/><text x="${MARGIN.left - 5}" y="${coordinate(y(value) + 3.5)}" text-anchor="end">${formatShort(value)}</text>`,
  )}</g>`;
}

/** One path for each part of the stack: a page holds thousands of columns. */
function bars(frame: Frame, columns: readonly PlotColumn[]): Part {
  const depth = Math.max(...columns.map(({ parts }) => parts.length));
  return Array.from({ length: depth }, (_, part) => {
    const path = columns.map((column) => barPath(frame, column, part)).join('');
    return html`<path class="bar s${depth === 1 ? '' : part}" d="${path}"/>`;
  });
}

function barPath({ x, y, bottom }: Frame, column: PlotColumn, part: number): string {
  const value = column.parts[part] ?? 0;
  if (value <= 0) return '';
  const below = column.parts.slice(0, part).reduce((sum, own) => sum + own, 0);
  const [left, right] = [x(column.from), x(column.to)];
  const gap = Math.min(1, (right - left) * 0.15);
  const width = coordinate(Math.max(right - left - gap, 0.8));
  const low = y(below);
  // A single row among thousands is still there to be seen.
  const high = Math.min(y(below + value), part === 0 ? bottom - 0.8 : low);
  return `M${coordinate(left + gap / 2)} ${coordinate(low)}V${coordinate(high)}h${width}V${coordinate(low)}z`;
}

function zone({ x, bottom }: Frame, { from, to, note }: PlotColumn): Html {
  const [left, right] = [x(from), x(to)];
  return html`<path d="M${coordinate(left)} ${MARGIN.top}V${bottom}H${coordinate(right)}V${MARGIN.top}z"><title>${note}</title></path>`;
}

function overlayLine({ x, right, bottom }: Frame, columns: readonly PlotColumn[], overlay: Overlay): Part {
  const { range } = overlay;
  const y = linearScale(range, [bottom, MARGIN.top]);
  const { values, step } = ticksWithin(range[0], range[1], 3);
  const points = columns.map((column, index) => {
    const value = overlay.values[index] ?? null;
    return value === null || total(column) < TOO_FEW_ROWS
      ? null
      : {
          x: coordinate(x((column.from + column.to) / 2)),
          y: coordinate(y(value)),
          isFew: total(column) < FEW_ROWS,
        };
  });
  let path = '';
  points.forEach((point, index) => {
    if (point !== null) path += `${index > 0 && points[index - 1] !== null ? 'L' : 'M'}${point.x} ${point.y}`;
  });
  const dots = (isFew: boolean) => {
    const own = points.filter((point) => point !== null && point.isFew === isFew);
    return own.map((point) => `M${point?.x} ${point?.y}h.01`).join('');
  };
  return html`<g class="over"><g class="ax">${values.map(
    (value) =>
      html`<text x="${right + 5}" y="${coordinate(y(value) + 3.5)}">${overlay.format(value, step)}</text>`,
  )}</g>${
    overlay.overall === null
      ? null
      : html`<path class="all" d="M${MARGIN.left} ${coordinate(y(overlay.overall))}H${right}"/>`
  }<path class="line" d="${path}"/><path class="dots" d="${dots(false)}"/><path class="few" d="${dots(true)}"/><path class="few-in" d="${dots(true)}"/></g>`;
}
