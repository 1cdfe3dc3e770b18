import { type Curvature, createSolver } from './curvature.js';
import { forEachWeight, type Problem, penaltyOf, type Solution } from './problem.js';
import { multiply, multiplyTransposed } from './products.js';

/** Steps that the shape of the valley is estimated from. */
const MEMORY = 10;
const MOST_TRIALS = 40;
/** Of the strong Wolfe conditions (J. Nocedal & S. Wright, Numerical Optimization, 2006, section 3.1). */
const DECREASE = 1e-4;
const FLATTER = 0.9;
/** What of the objective may be rounding, and the slope, as a share of the objective, below which all of it is. */
const ROUNDING = 1e-14;
const LEVEL = 1e-24;

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly scale: number;
}

/**
 * Minimises a problem without l1 by L-BFGS (J. Nocedal, 1980), preconditioned with the largest curvature that the loss can
 * have, so that collinear columns and columns of unlike size take no more iterations than others. It has converged when
 * each coefficient's gradient, divided by the root of its own curvature, is at most the tolerance: a coefficient is then
 * about so many of its standard errors from the optimum.
 */
export async function minimiseSmooth(problem: Problem, curvature: Curvature): Promise<Solution> {
  const { design, loss, l2, tolerance, maxIterations, breathe } = problem;
  const precondition = createSolver(curvature, loss.curvature, l2);
  const coefficients = problem.start.slice();
  const scores = new Float64Array(design.rows * loss.outputs);
  const along = new Float64Array(scores.length);
  const residuals = new Float64Array(scores.length);
  multiply(design, coefficients, scores);
  loss.residuals(scores, residuals);
  let value = loss.value(scores) + penaltyOf(problem, coefficients);
  let gradient = gradientAt();
  const pairs: Pair[] = [];
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    if (steepness(gradient, curvature, loss.curvature, l2) <= tolerance)
      return { coefficients, isConverged: true };
    await breathe();
    const direction = directionOf(gradient, pairs, precondition);
    multiply(design, direction, along);
    const found = searchLine(problem, { coefficients, direction, scores, along, residuals, value });
    const { length } = found;
    // no step makes it better: the optimum is as near as rounding lets it be
    if (length === 0) return { coefficients, isConverged: true };
    value = found.value;
    const step = direction.map((value) => value * length);
    addScaled(coefficients, direction, length);
    addScaled(scores, along, length);
    const next = gradientAt();
    const change = next.map((value, i) => value - (gradient[i] as number));
    gradient = next;
    const bend = dot(step, change);
    if (bend > 0) pairs.push({ step, change, scale: 1 / bend });
    if (pairs.length > MEMORY) pairs.shift();
  }
  return { coefficients, isConverged: false };

  /** By the residuals at the scores. */
  function gradientAt(): Float64Array {
    const into = new Float64Array(coefficients.length);
    multiplyTransposed(design, residuals, into);
    forEachWeight(coefficients, design.columns, (value, i) => {
      (into[i] as number) += l2 * value;
    });
    return into;
  }
}

/** The largest gradient in units of the root of its coefficient's curvature. */
function steepness(gradient: Float64Array, { diagonal }: Curvature, factor: number, l2: number): number {
  let largest = 0;
  for (let i = 0; i < gradient.length; i++) {
    const j = i % diagonal.length;
    const bend = factor * (diagonal[j] as number) + (j < diagonal.length - 1 ? l2 : 0);
    if (bend > 0) largest = Math.max(largest, Math.abs(gradient[i] as number) / Math.sqrt(bend));
  }
  return largest;
}

/** The two-loop recursion. */
function directionOf(
  gradient: Float64Array,
  pairs: readonly Pair[],
  precondition: (values: Float64Array) => void,
): Float64Array {
  const direction = gradient.map((value) => -value);
  const shares = new Float64Array(pairs.length);
  for (let p = pairs.length - 1; p >= 0; p--) {
    const { step, change, scale } = pairs[p] as Pair;
    const share = scale * dot(step, direction);
    shares[p] = share;
    addScaled(direction, change, -share);
  }
  precondition(direction);
  const last = pairs.at(-1);
  if (last !== undefined) {
    const solved = last.change.slice();
    precondition(solved);
    const factor = 1 / (last.scale * dot(last.change, solved));
    for (let i = 0; i < direction.length; i++) (direction[i] as number) *= factor;
  }
  for (const [p, { step, change, scale }] of pairs.entries()) {
    addScaled(direction, step, (shares[p] as number) - scale * dot(change, direction));
  }
  return direction;
}

interface Line {
  readonly coefficients: Float64Array;
  readonly direction: Float64Array;
  readonly scores: Float64Array;
  /** What the scores change by over the whole direction. */
  readonly along: Float64Array;
  /** Those at the scores; overwritten with those at the end of the step. */
  readonly residuals: Float64Array;
  /** The objective at the scores. */
  readonly value: number;
}

interface Point {
  readonly length: number;
  /** The objective there. */
  readonly value: number;
}

/** A step that lowers the objective and its slope well enough, by bisection; 0 where none does. */
function searchLine(problem: Problem, line: Line): Point {
  const { loss } = problem;
  const trialScores = new Float64Array(line.scores.length);
  const begin = { value: line.value, slope: slopeAt(line.coefficients) };
  if (-begin.slope <= LEVEL * Math.abs(begin.value)) return { length: 0, value: begin.value };
  let [low, high, length] = [0, Infinity, 1];
  for (let trial = 0; trial < MOST_TRIALS; trial++) {
    const { value, slope } = measure(length);
    const most = begin.value + DECREASE * length * begin.slope + ROUNDING * Math.abs(begin.value);
    if (!(value <= most) || slope > -FLATTER * begin.slope) high = length;
    else if (slope < FLATTER * begin.slope) low = length;
    else return { length, value };
    length = high === Infinity ? 2 * low : (low + high) / 2;
  }
  return { length: low, value: measure(low).value };

  function measure(at: number): { readonly value: number; readonly slope: number } {
    for (let i = 0; i < trialScores.length; i++)
      trialScores[i] = (line.scores[i] as number) + at * (line.along[i] as number);
    const moved = line.coefficients.map((value, i) => value + at * (line.direction[i] as number));
    loss.residuals(trialScores, line.residuals);
    return { value: loss.value(trialScores) + penaltyOf(problem, moved), slope: slopeAt(moved) };
  }

  /** The slope along the direction, by the residuals at the coefficients. */
  function slopeAt(coefficients: Float64Array): number {
    let slope = dot(line.residuals, line.along);
    forEachWeight(coefficients, problem.design.columns, (value, i) => {
      slope += problem.l2 * value * (line.direction[i] as number);
    });
    return slope;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function addScaled(to: Float64Array, from: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) (to[i] as number) += factor * (from[i] as number);
}
