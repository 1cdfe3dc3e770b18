/** A weighted sum of losses over the rows, as a function of their scores; convex. */
export interface Loss {
  /** Scores a row. */
  readonly outputs: number;
  /** No second derivative by a row's scores is above this, in any direction. */
  readonly curvature: number;
  value(scores: Float64Array): number;
  /** Derivatives by the scores, row-major `rows × outputs`, overwritten. */
  residuals(scores: Float64Array, into: Float64Array): void;
}

/** ½ (score − target)². */
export function squaredLoss(target: Float64Array, weights: Float64Array): Loss {
  return {
    outputs: 1,
    curvature: 1,
    value(scores) {
      let sum = 0;
      for (let row = 0; row < target.length; row++)
        sum += 0.5 * (weights[row] as number) * ((scores[row] as number) - (target[row] as number)) ** 2;
      return sum;
    },
    residuals(scores, into) {
      for (let row = 0; row < target.length; row++)
        into[row] = (weights[row] as number) * ((scores[row] as number) - (target[row] as number));
    },
  };
}

/** −log of the probability of the label: the score is the log odds of class 1. */
export function logisticLoss(labels: Float64Array, weights: Float64Array): Loss {
  return {
    outputs: 1,
    curvature: 0.25,
    value(scores) {
      let sum = 0;
      for (let row = 0; row < labels.length; row++) {
        const margin = labels[row] === 1 ? (scores[row] as number) : -(scores[row] as number);
        const loss = margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
        sum += (weights[row] as number) * loss;
      }
      return sum;
    },
    residuals(scores, into) {
      for (let row = 0; row < labels.length; row++)
        into[row] =
          (weights[row] as number) * (1 / (1 + Math.exp(-(scores[row] as number))) - (labels[row] as number));
    },
  };
}

/**
 * −log of the label's share in the softmax of the scores. The curvature is D. Böhning's bound (Multinomial logistic
 * regression algorithm, 1992).
 */
export function softmaxLoss(labels: Float64Array, classes: number, weights: Float64Array): Loss {
  return {
    outputs: classes,
    curvature: 0.5,
    value(scores) {
      let sum = 0;
      for (let row = 0; row < labels.length; row++) {
        const at = row * classes;
        let largest = scores[at] as number;
        for (let k = 1; k < classes; k++) largest = Math.max(largest, scores[at + k] as number);
        let total = 0;
        for (let k = 0; k < classes; k++) total += Math.exp((scores[at + k] as number) - largest);
        const own = scores[at + (labels[row] as number)] as number;
        sum += (weights[row] as number) * (Math.log(total) + largest - own);
      }
      return sum;
    },
    residuals(scores, into) {
      for (let row = 0; row < labels.length; row++) {
        const at = row * classes;
        let largest = scores[at] as number;
        for (let k = 1; k < classes; k++) largest = Math.max(largest, scores[at + k] as number);
        let total = 0;
        for (let k = 0; k < classes; k++)
          total += into[at + k] = Math.exp((scores[at + k] as number) - largest);
        const factor = (weights[row] as number) / total;
        for (let k = 0; k < classes; k++) (into[at + k] as number) *= factor;
        (into[at + (labels[row] as number)] as number) -= weights[row] as number;
      }
    },
  };
}
