import { type Quadratic, shrink, sweep } from './coordinate-descent.js';
import type { Curvature } from './curvature.js';
import { type Problem, penaltyOf, type Solution } from './problem.js';
import { multiply, multiplyTransposed } from './products.js';
import { recentre } from './recentre.js';

const MOST_SWEEPS = 100;
/** An inner problem is solved so far: its last move as a share of the first. */
const INNER_SHARE = 1e-3;
/** Steps are shorter than the way that is left, and take less time than those of L-BFGS or passes over the rows. */
const STEP_SHARE = 0.1;
const STEPS_AN_ITERATION = 10;
/** What of the loss may be rounding. */
const ROUNDING = 1e-13;
/** The loss bends less than its bound nearly everywhere; the factor on the bound begins here and doubles as it must. */
const FIRST_SHARE = 1 / 16;

/**
 * Minimises a problem with l1 by accelerated proximal steps (A. Beck & M. Teboulle, A fast iterative shrinkage-thresholding
 * algorithm, 2009) that begin anew when the objective rises (B. O'Donoghue & E. Candès, Adaptive restart for accelerated
 * gradient schemes, 2015). A step minimises a quadratic that bends as the Gram matrix does, plus the penalties, by
 * coordinate descent. It has converged when no coefficient moves by more than a tenth of the tolerance in units of 1 / √ of its own
 * curvature.
 */
export async function minimiseProximal(problem: Problem, curvature: Curvature): Promise<Solution> {
  const { design, loss, tolerance, maxIterations, breathe } = problem;
  const residuals = new Float64Array(design.rows * loss.outputs);
  const most = loss.curvature * curvature.diagonal.length;
  let share = loss.curvature * FIRST_SHARE;
  let best = pointAt(problem, problem.start);
  let from = best;
  let momentum = 1;
  for (let iteration = 0; iteration < STEPS_AN_ITERATION * maxIterations; iteration++) {
    await breathe();
    loss.residuals(from.scores, residuals);
    const gradient = new Float64Array(from.coefficients.length);
    multiplyTransposed(design, residuals, gradient);
    let next = pointAt(problem, proximalStep(problem, curvature, share, from.coefficients, gradient));
    // the quadratic has to lie above the loss, else the step may not lower the objective
    while (share < most && next.loss > boundAt(next, from, gradient, curvature, share)) {
      share *= 2;
      next = pointAt(problem, proximalStep(problem, curvature, share, from.coefficients, gradient));
    }
    const moved = largestMove(from.coefficients, next.coefficients, curvature, share);
    recentre(next.coefficients, design.columns, problem);
    const isRising = objectiveOf(problem, next) > objectiveOf(problem, best);
    if (isRising && momentum === 1) return { coefficients: best.coefficients, isConverged: true };
    if (isRising) {
      momentum = 1;
      from = best;
      continue;
    }
    if (moved <= STEP_SHARE * tolerance) return { coefficients: next.coefficients, isConverged: true };
    const following = (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    from = beyond(problem, best, next, (momentum - 1) / following);
    momentum = following;
    best = next;
  }
  return { coefficients: best.coefficients, isConverged: false };
}

interface Point {
  readonly coefficients: Float64Array;
  readonly scores: Float64Array;
  readonly loss: number;
}

function pointAt({ design, loss }: Problem, coefficients: Float64Array): Point {
  const scores = new Float64Array(design.rows * loss.outputs);
  multiply(design, coefficients, scores);
  return { coefficients, scores, loss: loss.value(scores) };
}

function objectiveOf(problem: Problem, { coefficients, loss }: Point): number {
  return loss + penaltyOf(problem, coefficients);
}

/** The point on the line from `before` through `now`, that many times their distance past `now`. */
function beyond({ loss }: Problem, before: Point, now: Point, times: number): Point {
  const extend = (a: Float64Array, b: Float64Array): Float64Array =>
    b.map((value, i) => value + times * (value - (a[i] as number)));
  const scores = extend(before.scores, now.scores);
  return { coefficients: extend(before.coefficients, now.coefficients), scores, loss: loss.value(scores) };
}

function boundAt(
  next: Point,
  from: Point,
  gradient: Float64Array,
  curvature: Curvature,
  share: number,
): number {
  const move = next.coefficients.map((value, i) => value - (from.coefficients[i] as number));
  let linear = 0;
  for (let i = 0; i < move.length; i++) linear += (move[i] as number) * (gradient[i] as number);
  return from.loss + linear + 0.5 * share * bendOf(move, curvature) + ROUNDING * Math.abs(from.loss);
}

/** moveᵀ × curvature × move over all outputs. */
function bendOf(move: Float64Array, { gram, diagonal }: Curvature): number {
  const columns = diagonal.length - 1;
  let sum = 0;
  for (let at = 0; at < move.length; at += columns + 1) {
    sum += (diagonal[columns] as number) * (move[at + columns] as number) ** 2;
    for (let i = 0; i < columns; i++) {
      const own = move[at + i] as number;
      if (own === 0) continue;
      if (gram === null) sum += (diagonal[i] as number) * own * own;
      else
        for (let j = 0; j < columns; j++)
          sum += own * (gram[i * columns + j] as number) * (move[at + j] as number);
    }
  }
  return sum;
}

/** The minimum of gradientᵀmove + ½ share · moveᵀ × curvature × move + penalties. */
function proximalStep(
  { l1, l2 }: Problem,
  { gram, diagonal }: Curvature,
  share: number,
  from: Float64Array,
  gradient: Float64Array,
): Float64Array {
  const columns = diagonal.length - 1;
  const next = from.slice();
  for (let at = 0; at < from.length; at += columns + 1) {
    const bend = share * (diagonal[columns] as number);
    if (bend > 0) (next[at + columns] as number) -= (gradient[at + columns] as number) / bend;
    const weights = next.subarray(at, at + columns);
    if (gram === null) {
      for (let j = 0; j < columns; j++) {
        const own = share * (diagonal[j] as number);
        if (own > 0)
          weights[j] = shrink(own * (weights[j] as number) - (gradient[at + j] as number), l1) / (own + l2);
      }
      continue;
    }
    const rest = gradient.subarray(at, at + columns).map((value) => -value / share);
    solve({ columns, gram, linear: rest, l1: l1 / share, l2: l2 / share }, weights, rest);
  }
  return next;
}

function solve(problem: Quadratic, weights: Float64Array, rest: Float64Array): void {
  const first = sweep(problem, weights, rest);
  for (let i = 1; i < MOST_SWEEPS; i++) if (sweep(problem, weights, rest) <= INNER_SHARE * first) return;
}

function largestMove(from: Float64Array, next: Float64Array, { diagonal }: Curvature, share: number): number {
  let largest = 0;
  for (let i = 0; i < from.length; i++) {
    const move = Math.abs((next[i] as number) - (from[i] as number));
    largest = Math.max(largest, move * Math.sqrt(share * (diagonal[i % diagonal.length] as number)));
  }
  return largest;
}
