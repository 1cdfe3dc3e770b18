import { choleskyOf, solveCholesky } from './cholesky.js';
import type { Design } from './design.js';
import { gramOf, gramWork } from './gram.js';

/** Beyond so many columns or multiplications, only the diagonal is looked at. */
const MOST_COLUMNS = 2048;
const MOST_WORK = 2e10;

/** How the loss bends at most, in units of its own curvature. */
export interface Curvature {
  /** Gram matrix of the columns, `columns × columns`; null where it would take too long. */
  readonly gram: Float64Array | null;
  /** Its diagonal, with the intercept's entry last. */
  readonly diagonal: Float64Array;
}

export async function curvatureOf(design: Design, breathe: () => Promise<void>): Promise<Curvature> {
  const { columns, centre, mean, deviation, totalWeight, hasIntercept } = design;
  const isSmall = columns <= MOST_COLUMNS && gramWork(design) <= MOST_WORK;
  const gram = isSmall ? await gramOf(design, breathe) : null;
  const diagonal = Float64Array.from({ length: columns + 1 }, (_, j) => {
    if (j === columns) return hasIntercept ? totalWeight : 0;
    const offset = (mean[j] as number) - (centre[j] as number);
    return totalWeight * ((deviation[j] as number) ** 2 + offset ** 2);
  });
  return { gram, diagonal };
}

/** Solves (factor · curvature + l2) x = values for each output, in place; l2 does not touch the intercepts. */
export function createSolver(
  { gram, diagonal }: Curvature,
  factor: number,
  l2: number,
): (values: Float64Array) => void {
  const columns = diagonal.length - 1;
  const inverse = diagonal.map((value, j) => {
    const total = factor * value + (j < columns ? l2 : 0);
    return total > 0 ? 1 / total : 0;
  });
  const cholesky = gram === null ? null : choleskyOf(gram, columns, factor, l2);
  return (values) => {
    for (let at = 0; at < values.length; at += columns + 1) {
      if (cholesky !== null) solveCholesky(cholesky, values, at);
      for (let j = cholesky === null ? 0 : columns; j <= columns; j++)
        (values[at + j] as number) *= inverse[j] as number;
    }
  };
}
