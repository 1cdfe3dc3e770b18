import { type Html, html } from '../../html.js';
import { coordinate } from '../format.js';
import { type Axis, axes, PLOT } from './axes.js';
import { svg } from './svg.js';

/** The quantiles of a group. */
export interface Box {
  readonly p10: number;
  readonly p25: number;
  readonly median: number;
  readonly p75: number;
  readonly p90: number;
  /** What is said of it on hover. */
  readonly note: string;
}

export interface BoxPlot {
  readonly title: string;
  readonly description: string;
  /** Name of the groups, which are numbered from 1. */
  readonly groups: string;
  readonly y: Axis;
  readonly boxes: readonly Box[];
}

/** Groups side by side: the box holds the middle half, the line the middle four fifths. */
export function boxPlot(id: string, { title, description, groups, y, boxes }: BoxPlot): Html {
  const frame = axes({ name: groups, range: [0.5, boxes.length + 0.5] }, y);
  const width = Math.min(26, ((frame.right - frame.left) / Math.max(1, boxes.length)) * 0.6);
  const drawn = boxes.map((box, index) => {
    const x = frame.x(index + 1);
    const [left, right] = [coordinate(x - width / 2), coordinate(x + width / 2)];
    const at = (value: number) => coordinate(frame.y(value));
    return html`<g><path class="whisker" d="M${coordinate(x)} ${at(box.p10)}V${at(box.p90)}"/><path class="box" d="M${left} ${at(box.p25)}H${right}V${at(box.p75)}H${left}z"/><path class="median" d="M${left} ${at(box.median)}H${right}"/><title>${box.note}</title></g>`;
  });
  const zero = y.range[0] <= 0 && y.range[1] >= 0;
  const content = [
    frame.content,
    zero ? html`<path class="ref" d="M${frame.left} ${coordinate(frame.y(0))}H${frame.right}"/>` : null,
    html`<g class="boxes">${drawn}</g>`,
  ];
  return svg(id, { ...PLOT, title, description, content });
}
