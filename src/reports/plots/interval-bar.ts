import { type Html, html } from '../../html.js';
import { momentsOf } from '../../stats/moments.js';
import { coordinate, isKnown } from '../format.js';

export interface IntervalBar {
  readonly value: number | null;
  readonly low?: number | null | undefined;
  readonly high?: number | null | undefined;
  readonly range: readonly [number, number];
  /** A value to compare with, drawn as a line. */
  readonly reference?: number | null | undefined;
  /** A bar from here to the value; a dot alone where it is not given. */
  readonly from?: number;
  readonly isMarked?: boolean;
}

/** A value with its interval as a cell of a table, in which the figures stand too. */
export function intervalBar({ value, low, high, range, reference, from, isMarked }: IntervalBar): Html {
  const [least, most] = range;
  const at = (place: number): number =>
    most > least ? Math.min(100, Math.max(0, ((place - least) / (most - least)) * 100)) : 50;
  const stretch = (name: string, a: number, b: number): Html =>
    html`<i class="${name}" style="left:${coordinate(Math.min(at(a), at(b)))}%;width:${coordinate(Math.abs(at(b) - at(a)))}%"></i>`;
  return html`<span class="ib${isMarked === true ? ' marked' : ''}" aria-hidden="true">${
    isKnown(reference) ? html`<i class="to" style="left:${coordinate(at(reference))}%"></i>` : null
  }${isKnown(value) && from !== undefined ? stretch('fill', from, value) : null}${
    isKnown(low) && isKnown(high) ? stretch('range', low, high) : null
  }${isKnown(value) && from === undefined ? html`<i class="dot" style="left:${coordinate(at(value))}%"></i>` : null}</span>`;
}

/** The range that values and the ends of their intervals take, a little widened. */
export function rangeOf(values: readonly (number | null | undefined)[]): readonly [number, number] {
  const { count, min, max } = momentsOf(Float64Array.from(values, (value) => value ?? Number.NaN));
  if (count === 0) return [0, 1];
  const margin = (max - min) * 0.04;
  return [min - margin, max + margin];
}
