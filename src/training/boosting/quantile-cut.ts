/**
 * Where to cut sorted values into bins: the largest value of each. One bin per distinct value where there are
 * at most `mostBins`, otherwise bins of about equal size, in which a value that fills a bin alone gets its own.
 */
export function cutQuantiles(sorted: Float32Array, mostBins: number): number[] {
  return distinctValues(sorted, mostBins) ?? equalBins(sorted, mostBins);
}

/** The distinct values, or undefined where there are more than `mostBins`. */
function distinctValues(sorted: Float32Array, mostBins: number): number[] | undefined {
  const values = [sorted[0] as number];
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i] === sorted[i - 1]) continue;
    if (values.length === mostBins) return undefined;
    values.push(sorted[i] as number);
  }
  return values;
}

function equalBins(sorted: Float32Array, mostBins: number): number[] {
  const largest: number[] = [];
  let binStart = 0;
  let runStart = 0;
  let target = sorted.length / mostBins;
  for (let end = 1; end <= sorted.length; end++) {
    if (end < sorted.length && sorted[end] === sorted[end - 1]) continue;
    // here ends a run of equal values
    const fillsBinAlone = end - runStart >= target && largest.length < mostBins - 2;
    if (fillsBinAlone && runStart > binStart) {
      largest.push(sorted[runStart - 1] as number);
      binStart = runStart;
    }
    if (end === sorted.length || (end - binStart >= target && largest.length < mostBins - 1)) {
      largest.push(sorted[end - 1] as number);
      binStart = end;
      target = (sorted.length - end) / (mostBins - largest.length);
    }
    runStart = end;
  }
  return largest;
}
