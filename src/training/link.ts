/**
 * How raw scores become predictions: `identity` as they are (values, or probabilities), `logistic` and `softmax` log odds
 * to probabilities, `exp` logarithms to values.
 */
export type Link = 'identity' | 'logistic' | 'softmax' | 'exp';

/** Probabilities of two classes, `rows × 2`, from the last one's probability (`identity`) or log odds. */
export function linkPairs(scores: Float32Array, link: Link): Float32Array {
  const probabilities = new Float32Array(2 * scores.length);
  scores.forEach((score, row) => {
    if (link === 'identity') {
      probabilities[2 * row] = 1 - score;
      probabilities[2 * row + 1] = score;
    } else {
      probabilities[2 * row] = 1 / (1 + Math.exp(score));
      probabilities[2 * row + 1] = 1 / (1 + Math.exp(-score));
    }
  });
  return probabilities;
}

/** Probabilities of more classes, `rows × classes`, from probabilities (`identity`) or log odds. */
export function linkShares(scores: Float32Array, classes: number, link: Link): Float32Array {
  if (link === 'identity') return scores;
  const shares = new Float32Array(scores.length);
  for (let start = 0; start < scores.length; start += classes) {
    const own = scores.subarray(start, start + classes);
    const largest = own.reduce((a, b) => Math.max(a, b));
    const weights = Array.from(own, (score) => Math.exp(score - largest));
    const total = weights.reduce((a, b) => a + b);
    for (let k = 0; k < classes; k++) shares[start + k] = (weights[k] as number) / total;
  }
  return shares;
}
