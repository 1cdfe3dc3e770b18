import { countOf, hessianOf, type Precision, type Scales } from './precision.js';
import type { BoostingSettings } from './settings.js';
import type { Split, Sums } from './split.js';

/** Smallest and largest output of a node, in units of the grid. */
export interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

export const UNBOUNDED: Bounds = { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };

/** A gain of less than this share of a node's own score is what rounding gives a node of like rows. */
const LEAST_RELATIVE_GAIN = 1e-12;

/**
 * What a node's sums say: its best output −T(G) / (H + λ), where T shrinks by α, and what that takes off the loss. T. Chen &
 * C. Guestrin, "XGBoost", KDD 2016, without their factor of one half; with α as in LightGBM. In units of the gradient grid,
 * whose steps are powers of two, so that nothing is lost by converting.
 */
export class NodeValues {
  readonly lambda: number;
  readonly alpha: number;
  readonly leastHessian: number;
  readonly #precision: Precision;
  readonly #outputUnit: number;
  readonly #gainUnit: number;
  readonly #hessianScale: number;

  constructor(settings: BoostingSettings, { gradient, hessian }: Scales, precision: Precision) {
    this.#precision = precision;
    this.#hessianScale = hessian;
    this.#outputUnit = hessian / gradient;
    this.#gainUnit = hessian / gradient / gradient;
    this.lambda = settings.lambda * hessian;
    this.alpha = settings.alpha * gradient;
    // without a penalty, an output takes a hessian above 0
    this.leastHessian = Math.max(settings.leastHessian * hessian, settings.lambda > 0 ? 0 : 1);
  }

  rowsOf({ packed }: Sums): number {
    return countOf(packed, this.#precision);
  }

  hessianOf({ packed }: Sums): number {
    return hessianOf(packed, this.#precision) / this.#hessianScale;
  }

  /** In units of the grid. */
  outputOf({ gradient, packed }: Sums, { lower, upper }: Bounds): number {
    const weight = hessianOf(packed, this.#precision) + this.lambda;
    const output = weight > 0 ? -this.#shrunk(gradient) / weight : 0;
    return Math.min(Math.max(output, lower), upper);
  }

  /** The output in units of the scores. */
  valueOf(sums: Sums, bounds: Bounds): number {
    return this.outputOf(sums, bounds) * this.#outputUnit + 0;
  }

  /** The value, in units of the scores, put between the bounds. */
  boundedValue(value: number, { lower, upper }: Bounds): number {
    return Math.min(Math.max(value, lower * this.#outputUnit), upper * this.#outputUnit);
  }

  /** By how much a split lowers twice the loss, as far as it is quadratic. */
  gainOf(split: Split, sums: Sums, bounds: Bounds): number {
    return (split.score - this.#scoreOf(sums, bounds)) * this.#gainUnit;
  }

  isWorthIt(split: Split, sums: Sums, bounds: Bounds): boolean {
    const own = this.#scoreOf(sums, bounds);
    return split.score - own > LEAST_RELATIVE_GAIN * Math.abs(own);
  }

  #scoreOf(sums: Sums, bounds: Bounds): number {
    const gradient = this.#shrunk(sums.gradient);
    const weight = hessianOf(sums.packed, this.#precision) + this.lambda;
    const output = this.outputOf(sums, bounds);
    return -(2 * gradient * output + weight * output * output);
  }

  #shrunk(gradient: bigint): number {
    const size = Number(gradient);
    return Math.sign(size) * Math.max(Math.abs(size) - this.alpha, 0);
  }
}
