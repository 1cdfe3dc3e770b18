/** A loss over the rows `start ... end`: writes float32 (gradient, hessian) pairs and their peaks, gives the sum of losses. */
export type LossKernel = (
  scores: number,
  targets: number,
  weights: number,
  pairs: number,
  start: number,
  end: number,
  peaks: number,
) => number;

/** The kernels of gradient boosting; each is described in `kernels/boosting-*.ts`. */
export interface BoostingKernels {
  readonly sortValues: (values: number, count: number, pairs: number, spare: number, slots: number) => void;
  readonly assignBins: (
    values: number,
    count: number,
    edges: number,
    bins: number,
    firstBins: number,
    to: number,
  ) => void;
  readonly addRows: (
    bins: number,
    ids: number,
    pairs: number,
    first: number,
    second: number,
    start: number,
    end: number,
    shift: number,
  ) => void;
  readonly addAllRows: (
    bins: number,
    pairs: number,
    first: number,
    second: number,
    start: number,
    end: number,
    shift: number,
  ) => void;
  readonly subtractCells: (parent: number, child: number, bytes: number) => void;
  readonly sumCells: (histogram: number, count: number, to: number) => void;
  readonly clearBytes: (at: number, bytes: number) => void;
  readonly scanColumn: (
    histogram: number,
    bins: number,
    totals: number,
    penalties: number,
    bounds: number,
    leastRows: number,
    shift: number,
    monotone: number,
    to: number,
  ) => void;
  readonly sortRows: (
    bins: number,
    ids: number,
    lefts: number,
    rights: number,
    start: number,
    end: number,
    last: number,
    missing: number,
    isMissingLeft: number,
  ) => number;
  readonly copyRows: (from: number, to: number, count: number) => void;
  readonly gatherPairs: (ids: number, pairs: number, to: number, start: number, end: number) => void;
  readonly countRows: (ids: number, start: number, end: number) => void;
  readonly addToScores: (ids: number, scores: number, start: number, end: number, value: number) => void;
  readonly addTreeToScores: (nodes: number, ids: number, scores: number, start: number, end: number) => void;
  readonly squaredError: LossKernel;
  readonly absoluteError: LossKernel;
  readonly poisson: LossKernel;
  readonly logistic: LossKernel;
  readonly softmaxTotals: (
    scores: number,
    stride: number,
    classes: number,
    targets: number,
    weights: number,
    totals: number,
    start: number,
    end: number,
  ) => number;
  readonly softmax: (
    scores: number,
    targets: number,
    weights: number,
    pairs: number,
    start: number,
    end: number,
    peaks: number,
    totals: number,
    own: number,
  ) => void;
  readonly roundPairs: (
    pairs: number,
    start: number,
    end: number,
    gradientScale: number,
    hessianScale: number,
  ) => void;
}
