import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasPython, median, PYTHON, peer, print, python, skip, verdict, withServer } from './process.mjs';
import { load } from './serving/load.mjs';
import { forest, isLeftOut, withModel } from './serving/models.mjs';
import { ONE_ROW_PROBE, withBareNode } from './serving/peers.mjs';

const ROUNDS = 5;
const SECONDS = 5;
const PEER_PORT = 8791;
/** Another program with the same arguments can stand in for ours. */
const { MLX_BENCH_FASTAPI = peer('server.py') } = process.env;

/** One row per request, 8 connections, 100 trees: mlx with validation, metrics and log against FastAPI and bare Node. */
export async function bench() {
  if (isLeftOut('serve')) return;
  if (!hasPython('joblib', 'fastapi', 'uvicorn')) return skip('serve', 'FastAPI is not installed');
  const model = forest();
  const dir = mkdtempSync(join(tmpdir(), 'mlx-bench-'));
  try {
    const pickle = join(dir, 'forest.pkl');
    python([peer('forest.py'), model.train, model.test, 'y', pickle]);
    const at = { cwd: dir, url: `http://127.0.0.1:${PEER_PORT}`, probe: ONE_ROW_PROBE };
    await withServer(PYTHON, [MLX_BENCH_FASTAPI, pickle, String(PEER_PORT)], at, (theirs) =>
      withBareNode((bare) => withModel(model, (ours) => compare({ theirs, bare, ours }))),
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Rounds of all three in turn; medians, and the medians of the ratios within a round. */
function compare(urls) {
  const names = Object.keys(urls);
  for (const name of names) load(urls[name], 2);
  const rounds = Array.from({ length: ROUNDS }, () =>
    Object.fromEntries(names.map((name) => [name, load(urls[name], SECONDS)])),
  );
  const row = (title, name) => [
    title,
    Math.round(median(rounds.map((round) => round[name].perSecond))),
    `${median(rounds.map((round) => round[name].p99)).toFixed(2)} ms`,
    rounds.reduce((sum, round) => sum + round[name].failed, 0),
  ];
  print(
    `One-row predictions, 8 connections (medians of ${ROUNDS} rounds of ${SECONDS} s, in turn)`,
    ['server', 'requests/s', 'p99', 'failed'],
    [row('FastAPI + scikit-learn', 'theirs'), row('mlx serve', 'ours'), row('bare node:http', 'bare')],
  );
  const ratios = (name) => rounds.map((round) => round.ours.perSecond / round[name].perSecond);
  const bar = (title, name, least, digits) => {
    const all = ratios(name);
    const value = median(all);
    const span = [Math.min(...all), Math.max(...all)].map((ratio) => ratio.toFixed(digits)).join(' – ');
    return [title, `≥ ${least} ×`, `${value.toFixed(digits)} ×`, span, verdict(value >= least)];
  };
  print(
    'mlx serve against them',
    ['peer', 'bar', 'ratio', 'of the rounds', 'verdict'],
    [bar('FastAPI + scikit-learn', 'theirs', 120, 1), bar('bare node:http', 'bare', 0.5, 3)],
  );
}
