import { findLeaf, type TrainingTask, type Tree } from './ensemble.js';
import type { Matrix } from './matrix.js';

/**
 * Impurity importance per column, summing to 1 (all 0 where no tree has a split): the decrease of
 * weight × impurity by the splits on the column, each tree normalised first, then averaged, as in scikit-learn.
 *
 * @param gains per tree, the decrease per column
 */
export function impurityImportance(gains: readonly Float64Array[], columns: number): Float64Array {
  const importance = new Float64Array(columns);
  for (const gain of gains) addNormalised(importance, gain);
  const normalised = new Float64Array(columns);
  addNormalised(normalised, importance);
  return normalised;
}

function addNormalised(to: Float64Array, from: Float64Array): void {
  const total = from.reduce((sum, value) => sum + value, 0);
  if (total === 0) return;
  for (let column = 0; column < to.length; column++) {
    (to[column] as number) += (from[column] as number) / total;
  }
}

/**
 * The decreases of weight × impurity in a tree whose trainer does not tell them, measured on the training rows. Writes the
 * tree's covers, too.
 *
 * @param target class index or value per row
 */
export function measureGains(
  tree: Tree,
  task: TrainingTask,
  classes: number,
  matrix: Matrix,
  target: Float64Array,
): Float64Array {
  const isRegression = task === 'regression';
  // per node: class counts, or count, sum and sum of squares of the target
  const width = isRegression ? 3 : classes;
  const moments = new Float64Array(tree.feature.length * width);
  for (let row = 0; row < matrix.rows; row++) {
    const at = findLeaf(tree, matrix.data, row * matrix.columns) * width;
    const value = target[row] as number;
    if (isRegression) {
      (moments[at] as number) += 1;
      (moments[at + 1] as number) += value;
      (moments[at + 2] as number) += value * value;
    } else (moments[at + value] as number) += 1;
  }
  const impurity = isRegression ? squaredError : giniWeight;
  const weight = isRegression ? (own: Float64Array) => own[0] as number : totalOf;
  const gains = new Float64Array(matrix.columns);
  // children come after their parent, so from the back every node is complete when its parent needs it
  for (let node = tree.feature.length - 1; node >= 0; node--) {
    const column = tree.feature[node] as number;
    const own = momentsOf(moments, node, width);
    if (column < 0) {
      tree.cover[node] = weight(own);
      continue;
    }
    const left = momentsOf(moments, tree.left[node] as number, width);
    const right = momentsOf(moments, tree.right[node] as number, width);
    for (let i = 0; i < width; i++) own[i] = (left[i] as number) + (right[i] as number);
    tree.cover[node] = weight(own);
    (gains[column] as number) += Math.max(0, impurity(own) - impurity(left) - impurity(right));
  }
  return gains;
}

function momentsOf(moments: Float64Array, node: number, width: number): Float64Array {
  return moments.subarray(node * width, (node + 1) * width);
}

function totalOf(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Weight × Gini impurity of class counts. */
function giniWeight(counts: Float64Array): number {
  const total = totalOf(counts);
  return total === 0 ? 0 : total - counts.reduce((sum, count) => sum + count * count, 0) / total;
}

/** Weight × variance from count, sum and sum of squares. */
function squaredError(moments: Float64Array): number {
  const [count = 0, sum = 0, squares = 0] = moments;
  return count === 0 ? 0 : squares - (sum * sum) / count;
}
