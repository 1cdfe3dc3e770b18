import { type Html, html } from '../../html.js';
import { coordinate, formatAtStep } from '../format.js';
import { linearScale, type Scale, ticksWithin } from './scale.js';

export interface Axis {
  /** What is measured, with its unit. */
  readonly name: string;
  readonly range: readonly [number, number];
  /** A place on the axis in words. */
  format?(value: number, step: number): string;
}

/** Where a plot of two numbers is drawn. */
export interface Axes {
  readonly x: Scale;
  readonly y: Scale;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Grid, figures and names. */
  readonly content: Html;
}

/** Of every plot with two axes of numbers. */
export const PLOT = { width: 420, height: 300 } as const;

const MARGIN = { top: 10, right: 20, bottom: 38, left: 54 };

/** Two axes with about five round figures each. */
export function axes(x: Axis, y: Axis): Axes {
  const right = PLOT.width - MARGIN.right;
  const bottom = PLOT.height - MARGIN.bottom;
  const { left, top } = MARGIN;
  const place = { x: linearScale(x.range, [left, right]), y: linearScale(y.range, [bottom, top]) };
  const across = ticksWithin(...x.range, 5);
  const up = ticksWithin(...y.range, 5);
  const { format: sayX = formatAtStep } = x;
  const { format: sayY = formatAtStep } = y;
  const content = html`<g class="ax">${up.values.map(
    (value) =>
      html`<path class="grid" d="M${left} ${coordinate(place.y(value))}H${right}"/><text x="${left - 6}" y="${coordinate(place.y(value) + 3.5)}" text-anchor="end">${sayY(value, up.step)}</text>`,
  )}${across.values.map(
    (value) =>
      html`<path class="grid" d="M${coordinate(place.x(value))} ${top}V${bottom}"/><text x="${coordinate(place.x(value))}" y="${bottom + 15}" text-anchor="middle">${sayX(value, across.step)}</text>`,
  )}<text x="${(left + right) / 2}" y="${PLOT.height - 6}" text-anchor="middle">${x.name}</text><text transform="translate(11 ${(top + bottom) / 2})rotate(-90)" text-anchor="middle">${y.name}</text></g>`;
  return { ...place, left, right, top, bottom, content };
}

/** Shares at an axis: 20 %. */
export function formatPercent(value: number, step: number): string {
  return `${formatAtStep(value * 100, step * 100)} %`;
}
