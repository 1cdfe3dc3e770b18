import { assignBins, type Binning } from '../calibration-bins.js';
import type { Weights } from './weighted-mean.js';

/** 15 bins of equal width, as C. Guo et al. measure it. */
const DEFAULT_BINNING: Binning = { bins: 15, strategy: 'uniform' };

/** What is compared bin by bin: how sure the model is of each row, and whether it came true (1 or 0). */
export interface Claims {
  readonly confidence: Float64Array;
  readonly cameTrue: Uint8Array;
}

/**
 * What the model claims of each row. Two classes: that it is of the last class, with its probability (M. Naeini et al.,
 * 2015). More: that it is of the most probable class, with that one's probability (C. Guo et al., 2017).
 *
 * @param probabilities rows × classes, row-major
 */
export function claimsOf(
  truth: ArrayLike<number>,
  probabilities: Float32Array | Float64Array,
  classes: number,
): Claims {
  const confidence = new Float64Array(truth.length);
  const cameTrue = new Uint8Array(truth.length);
  for (let row = 0; row < confidence.length; row++) {
    let claimed = classes === 2 ? 1 : 0;
    for (let k = 1; k < classes && classes > 2; k++) {
      if ((probabilities[row * classes + k] as number) > (probabilities[row * classes + claimed] as number))
        claimed = k;
    }
    confidence[row] = probabilities[row * classes + claimed] as number;
    if (truth[row] === claimed) cameTrue[row] = 1;
  }
  return { confidence, cameTrue };
}

/**
 * Expected calibration error: Σ over bins of (weight of the bin / weight of all) · |share that came true − mean
 * confidence| (M. Naeini, G. Cooper & M. Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning",
 * 2015). Quantile bins have edges that do not look at weights. NaN for no rows.
 */
export function calibrationError(claims: Claims, binning?: Binning, weights?: Weights): number {
  return calibrationErrorJudge(claims, binning)(weights);
}

/** The error under any weights, over bins that are assigned once. */
export function calibrationErrorJudge(
  { confidence, cameTrue }: Claims,
  binning = DEFAULT_BINNING,
): (weights?: Weights) => number {
  const binOf = assignBins(confidence, binning);
  return (weights) => {
    const gaps = new Float64Array(binning.bins);
    let total = 0;
    for (let row = 0; row < binOf.length; row++) {
      const weight = weights === undefined ? 1 : (weights[row] as number);
      (gaps[binOf[row] as number] as number) +=
        weight * ((cameTrue[row] as number) - (confidence[row] as number));
      total += weight;
    }
    return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / total;
  };
}
