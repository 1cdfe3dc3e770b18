/** One round of successive halving. */
export interface Rung {
  /** How many candidates are left. */
  readonly candidates: number;
  /** Rows that each is trained on. */
  readonly rows: number;
}

/** How many times more rows, and fewer candidates, each round has: scikit-learn's default. */
export const FACTOR = 3;

/**
 * The rounds of successive halving (Jamieson & Talwalkar 2016), rows being the resource: each round keeps a third of the
 * candidates and trains them on three times the rows, the last one on all. As scikit-learn's HalvingRandomSearchCV with
 * `resource='n_samples'`, but counted back from the last round, so that the best are always compared on all rows.
 * @param trials candidates at the start, from 1
 * @param rows rows that there are
 * @param fewestRows fewest rows that a round makes sense with
 */
export function halvingRungs(trials: number, rows: number, fewestRows: number): readonly Rung[] {
  const byCandidates = Math.floor(log(trials));
  const byRows = rows <= fewestRows ? 0 : Math.floor(log(rows / fewestRows));
  const last = Math.min(byCandidates, byRows);
  return Array.from({ length: last + 1 }, (_, rung) => ({
    candidates: Math.ceil(trials / FACTOR ** rung),
    rows: Math.floor(rows / FACTOR ** (last - rung)),
  }));
}

/** To the base of the factor, free of the rounding that makes log₃ 243 less than 5. */
function log(value: number): number {
  return Math.log(value) / Math.log(FACTOR) + 1e-12;
}
