import type { FitInput } from '../fit.js';
import { dualityGap, type Quadratic, remainderOf, sweep } from './coordinate-descent.js';
import { createSolver, curvatureOf } from './curvature.js';
import type { Design } from './design.js';
import type { LinearFit } from './fit-linear.js';
import { minimiseSmooth } from './lbfgs.js';
import { squaredLoss } from './loss.js';
import type { Problem, Solution } from './problem.js';
import { multiplyTransposed } from './products.js';
import { minimiseProximal } from './proximal.js';
import type { LinearSettings } from './settings.js';

/** Sweeps of coordinate descent between two looks at the duality gap. */
const SWEEPS_A_LOOK = 10;

/**
 * Fits a regression to the squared error. Ridge weighs alpha against the sum of squares, lasso and elastic net against
 * half their mean, as scikit-learn's Ridge, Lasso and ElasticNet do.
 */
export async function fitValues(
  design: Design,
  { target }: FitInput,
  settings: LinearSettings,
  breathe: () => Promise<void>,
): Promise<LinearFit> {
  const { columns, weights, totalWeight, hasIntercept } = design;
  const { penalty, strength, l1Share, maxIterations } = settings;
  const mean = hasIntercept ? weightedMean(target, weights, totalWeight) : 0;
  const centred = target.map((value) => value - mean);
  const squares = centred.reduce((sum, value, row) => sum + (weights[row] as number) * value * value, 0);
  const scale = penalty === 'l2' ? 1 : totalWeight;
  const problem: Problem = {
    design,
    loss: squaredLoss(centred, weights),
    l1: strength * l1Share * scale,
    l2: strength * (1 - l1Share) * scale,
    start: new Float64Array(columns + 1),
    maxIterations,
    // the gap that is asked for is a share of the target's squares; a step of this size changes the error by as much
    tolerance: settings.tolerance * Math.sqrt(squares / design.rows),
    breathe,
  };
  const curvature = await curvatureOf(design, breathe);
  const { gram } = curvature;
  let solution: Solution;
  if (gram === null)
    solution = await (problem.l1 > 0 ? minimiseProximal : minimiseSmooth)(problem, curvature);
  else {
    const linear = new Float64Array(columns + 1);
    multiplyTransposed(
      design,
      centred.map((value, row) => value * (weights[row] as number)),
      linear,
    );
    linear[columns] = 0;
    if (problem.l1 === 0) {
      createSolver(curvature, 1, problem.l2)(linear);
      solution = { coefficients: linear, isConverged: true };
    } else {
      const quadratic = {
        columns,
        gram,
        linear: linear.subarray(0, columns),
        l1: problem.l1,
        l2: problem.l2,
      };
      solution = await descend(quadratic, squares, settings, breathe);
    }
  }
  (solution.coefficients[columns] as number) += mean;
  return { ...solution, notes: [] };
}

/** Coordinate descent until the duality gap is at most that share of the target's squares, as scikit-learn has it. */
async function descend(
  quadratic: Quadratic,
  squares: number,
  { maxIterations, tolerance }: LinearSettings,
  breathe: () => Promise<void>,
): Promise<Solution> {
  const { columns } = quadratic;
  const coefficients = new Float64Array(columns + 1);
  const weights = coefficients.subarray(0, columns);
  let rest = remainderOf(quadratic, weights);
  for (let iteration = 1; iteration <= maxIterations; iteration++) {
    const moved = sweep(quadratic, weights, rest);
    if (moved > 0 && iteration % SWEEPS_A_LOOK !== 0 && iteration < maxIterations) continue;
    await breathe();
    rest = remainderOf(quadratic, weights);
    if (moved === 0 || dualityGap(quadratic, weights, rest, squares) <= tolerance * squares)
      return { coefficients, isConverged: true };
  }
  return { coefficients, isConverged: false };
}

function weightedMean(values: Float64Array, weights: Float64Array, totalWeight: number): number {
  return values.reduce((sum, value, row) => sum + value * (weights[row] as number), 0) / totalWeight;
}
