import type { Contributions } from './contributions.js';

/**
 * Contributions of features summed to what the features are made of; a feature made of several is shared among them in
 * equal parts, as Shapley values share what only all together bring about. Sums stay what they were.
 *
 * @param sources per feature its sources, as places below `count`; none where it is the same in every row
 */
export function contributionsBySource(
  contributions: Contributions,
  sources: readonly (readonly number[])[],
  count: number,
): Contributions {
  const { rows, outputs, columns, values, expected } = contributions;
  const sums = new Float64Array(rows * outputs * count);
  for (let i = 0; i < rows * outputs; i++) {
    sources.forEach((places, feature) => {
      const share = (values[i * columns + feature] as number) / places.length;
      for (const place of places) (sums[i * count + place] as number) += share;
    });
  }
  return { rows, outputs, columns: count, values: sums, expected };
}
