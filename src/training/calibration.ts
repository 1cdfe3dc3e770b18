/**
 * A map from scores to probabilities, fitted on rows that the model was not trained on. One curve for two classes (of the
 * last class), else one per class, whose values are then divided by their sum.
 */
export type Calibration =
  | {
      /** Platt's scaling: 1 / (1 + exp(−(slope · raw score + intercept))). */
      readonly method: 'sigmoid';
      readonly curves: readonly { readonly slope: number; readonly intercept: number }[];
    }
  | {
      /** A rising broken line through (x, y) over the uncalibrated probability; level beyond its ends. */
      readonly method: 'isotonic';
      readonly curves: readonly { readonly x: Float32Array; readonly y: Float32Array }[];
    };
