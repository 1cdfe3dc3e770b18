/**
 * Adjustment of p-values for the number of tests. Reference: statsmodels `multipletests`. Answers
 * keep the order of the input; NaN (a test that could not be made) stays NaN and is not counted.
 */

/** Holm's step-down: controls the chance of any false alarm, under any dependence. */
export function adjustHolm(pValues: readonly number[]): number[] {
  const order = ascending(pValues);
  const adjusted = pValues.map(() => Number.NaN);
  let running = 0;
  for (const [rank, index] of order.entries()) {
    running = Math.max(running, Math.min(1, (order.length - rank) * (pValues[index] as number)));
    adjusted[index] = running;
  }
  return adjusted;
}

/** Benjamini–Hochberg's step-up: controls the expected share of false alarms among alarms. */
export function adjustBenjaminiHochberg(pValues: readonly number[]): number[] {
  const order = ascending(pValues);
  const adjusted = pValues.map(() => Number.NaN);
  let running = 1;
  for (let rank = order.length; rank >= 1; rank--) {
    const index = order[rank - 1] as number;
    running = Math.min(running, (order.length / rank) * (pValues[index] as number));
    adjusted[index] = running;
  }
  return adjusted;
}

function ascending(pValues: readonly number[]): number[] {
  const indices = [...pValues.keys()].filter((index) => !Number.isNaN(pValues[index]));
  return indices.sort((a, b) => (pValues[a] as number) - (pValues[b] as number));
}
