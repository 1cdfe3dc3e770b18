/** Counts of two classifications: row-major, rows × columns. */
export interface Contingency {
  readonly rows: number;
  readonly columns: number;
  readonly counts: Float64Array;
}

/** How often row group and column group meet; a negative group, or NaN, means that there is none. */
export function crossTabulate(
  rowGroups: ArrayLike<number>,
  columnGroups: ArrayLike<number>,
  { rows, columns }: { rows: number; columns: number },
): Contingency {
  const counts = new Float64Array(rows * columns);
  for (let i = 0; i < rowGroups.length; i++) {
    const row = rowGroups[i] as number;
    const column = columnGroups[i] as number;
    if (!(row >= 0 && column >= 0)) continue;
    const cell = row * columns + column;
    counts[cell] = (counts[cell] as number) + 1;
  }
  return { rows, columns, counts };
}

/**
 * Cramér's V, 0..1, corrected for the bias that many groups bring (W. Bergsma, "A bias-correction for Cramér's V and
 * Tschuprow's T", 2013). Groups that do not occur are left out. NaN where fewer than two are left on either side.
 */
export function cramersV(table: Contingency): number {
  const { n, rowSums, columnSums } = marginals(table);
  const r = rowSums.filter((sum) => sum > 0).length;
  const k = columnSums.filter((sum) => sum > 0).length;
  if (r < 2 || k < 2 || n < 2) return Number.NaN;
  let phiSquare = -1;
  forEachCell(table, (count, row, column) => {
    phiSquare += (count / (rowSums[row] as number)) * (count / (columnSums[column] as number));
  });
  const corrected = Math.max(0, phiSquare - ((k - 1) * (r - 1)) / (n - 1));
  const side = Math.min(r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)) - 1;
  return side <= 0 ? Number.NaN : Math.min(1, Math.sqrt(corrected / side));
}

/** Mutual information in nats, as observed (scikit-learn's mutual_info_score). NaN for an empty table. */
export function mutualInformation(table: Contingency): number {
  const { n, rowSums, columnSums } = marginals(table);
  if (n === 0) return Number.NaN;
  let sum = 0;
  forEachCell(table, (count, row, column) => {
    const independent = ((rowSums[row] as number) / n) * (columnSums[column] as number);
    sum += (count / n) * Math.log(count / independent);
  });
  return Math.max(0, sum);
}

/** Entropy of the shares of these counts, in bits (scipy.stats.entropy with base 2). NaN for no counts. */
export function entropyOf(counts: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i] as number;
  if (total === 0) return Number.NaN;
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    const share = (counts[i] as number) / total;
    if (share > 0) sum -= share * Math.log2(share);
  }
  return sum + 0;
}

function marginals({ rows, columns, counts }: Contingency): {
  n: number;
  rowSums: Float64Array;
  columnSums: Float64Array;
} {
  const rowSums = new Float64Array(rows);
  const columnSums = new Float64Array(columns);
  let n = 0;
  for (let cell = 0; cell < counts.length; cell++) {
    const count = counts[cell] as number;
    const row = Math.floor(cell / columns);
    const column = cell % columns;
    rowSums[row] = (rowSums[row] as number) + count;
    columnSums[column] = (columnSums[column] as number) + count;
    n += count;
  }
  return { n, rowSums, columnSums };
}

/** Cells that hold something. */
function forEachCell(
  { columns, counts }: Contingency,
  visit: (count: number, row: number, column: number) => void,
): void {
  for (let cell = 0; cell < counts.length; cell++) {
    const count = counts[cell] as number;
    if (count > 0) visit(count, Math.floor(cell / columns), cell % columns);
  }
}
