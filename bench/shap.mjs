import { createRandom } from '#mlx/stats/random.js';
import { scoreTrees } from '#mlx/training/ensemble.js';
import { contributionsOf } from '#mlx/training/explain/contributions.js';
import { trainModel } from '#mlx/training/train.js';
import { hasPython, median, peer, print, python, skip } from './process.mjs';

const ROUNDS = 3;
const COLUMNS = 20;

/**
 * TreeSHAP of 1,000 rows × 100 trees of depth 6 beside XGBoost's, both exact; and of 100 rows and a forest without a limit
 * of depth, which XGBoost does not come to the end of in minutes. The time of a tree goes by its nodes.
 */
export async function bench() {
  const isPeerThere = hasPython('xgboost', 'numpy');
  if (!isPeerThere) skip('shap', 'XGBoost is not installed; mlx is measured alone');
  const rows = [];
  for (const [name, params, peerArgs, count] of [
    ['depth 6', { max_depth: 6 }, ['100', '6', '1000'], 1000],
    ['no limit', {}, null, 100],
  ]) {
    const ours = await explain(params, count);
    rows.push([
      `mlx, ${name}`,
      count,
      ours.nodes,
      `${ours.ms.toFixed(0)} ms`,
      nanoseconds(ours.ms, count, ours.nodes),
      ours.gap,
    ]);
    if (!isPeerThere || peerArgs === null) continue;
    const theirs = python([peer('shap.py'), ...peerArgs]);
    theirs.ms.forEach((ms, index) => {
      const threads = `XGBoost, ${name}, ${index + 1} thread${index === 0 ? '' : 's'}`;
      rows.push([
        threads,
        count,
        theirs.nodes,
        `${ms.toFixed(0)} ms`,
        nanoseconds(ms, count, theirs.nodes),
        '',
      ]);
    });
  }
  print(
    `TreeSHAP (median of ${ROUNDS}; one thread unless said)`,
    ['program', 'rows', 'nodes', 'time', 'per row and node', 'largest gap to the raw score'],
    rows,
  );
}

function nanoseconds(ms, rows, nodes) {
  return `${((ms * 1e6) / (rows * nodes)).toFixed(1)} ns`;
}

async function explain(params, count) {
  const rows = 80_000;
  const random = createRandom(1);
  const data = Float32Array.from({ length: rows * COLUMNS }, () => random.normal());
  const target = Float64Array.from({ length: rows }, (_, row) => {
    const [a, b, c, d] = data.subarray(row * COLUMNS);
    return a * b + c + 0.5 * Math.sin(3 * d) + 0.5 * random.normal() > 0 ? 1 : 0;
  });
  const { model } = await trainModel({
    algorithm: 'random-forest',
    task: 'classification',
    matrix: { rows, columns: COLUMNS, data },
    target,
    classes: 2,
    seed: 1,
    params,
  });
  const matrix = { rows: count, columns: COLUMNS, data: data.slice(0, count * COLUMNS) };
  const times = [];
  let explained;
  for (let round = 0; round < ROUNDS; round++) {
    const startedAt = performance.now();
    explained = contributionsOf(model, matrix);
    times.push(performance.now() - startedAt);
  }
  const nodes = model.scorer.trees.reduce((sum, { feature }) => sum + feature.length, 0);
  return { nodes, ms: median(times), gap: gapOf(explained, scoreTrees(model.scorer, matrix)) };
}

/** Largest |expected + contributions − raw score|. */
function gapOf({ values, expected }, scores) {
  const gaps = Array.from(scores, (score, row) => {
    const own = values.subarray(row * COLUMNS, (row + 1) * COLUMNS);
    return Math.abs(own.reduce((a, b) => a + b, expected[0]) - score);
  });
  return Math.max(...gaps).toExponential(1);
}
