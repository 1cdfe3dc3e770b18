import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '#mlx/store/store.js';
import { median, peer, print, run, skip, verdict } from './process.mjs';
import { batchBodies } from './serving/batch-bodies.mjs';
import { load } from './serving/load.mjs';
import { forest, isLeftOut, NAME, withModel } from './serving/models.mjs';

const ROWS = 256;
const ROUNDS = 3;
const SECONDS = 4;
const BAR = 0.9;

/**
 * 256 rows a request, 8 connections, in three dialects, with every row logged and with none, against ONNX Runtime alone: the
 * same file and rows, one thread.
 */
export async function bench() {
  if (isLeftOut('serve-batch')) return;
  const model = forest();
  const bodies = batchBodies(model, ROWS);
  const file = await modelFile(model);
  await withModel(model, (logged) =>
    withModel(
      model,
      async (unlogged) => {
        const programs = [];
        for (const body of bodies) {
          const refusal = await refusalOf(logged, body);
          if (refusal !== null) skip(body.title, refusal);
          else
            programs.push(
              { title: `${body.title}, logged`, url: logged, body },
              { title: `${body.title}, not logged`, url: unlogged, body },
            );
        }
        compare(file, model.test, programs);
      },
      ['--log-sample', '0'],
    ),
  );
}

function compare(file, table, programs) {
  const alone = () =>
    JSON.parse(run(process.execPath, [peer('onnx.mjs'), file, table, ROWS, SECONDS].map(String))).perSecond;
  for (const { url, body } of programs) load(url, 1, body);
  const rounds = Array.from({ length: ROUNDS }, () => ({
    alone: alone(),
    ours: programs.map(({ url, body }) => load(url, SECONDS, body)),
  }));
  const rows = programs.map(({ title }, at) => {
    const perSecond = median(rounds.map(({ ours }) => ours[at].perSecond)) * ROWS;
    const ratio = median(rounds.map(({ ours, alone }) => (ours[at].perSecond * ROWS) / alone));
    const failed = rounds.reduce((sum, { ours }) => sum + ours[at].failed, 0);
    return [
      title,
      Math.round(perSecond),
      `${median(rounds.map(({ ours }) => ours[at].p99)).toFixed(1)} ms`,
      failed,
      `${ratio.toFixed(3)} ×`,
      `≥ ${BAR} ×`,
      verdict(ratio >= BAR && failed === 0),
    ];
  });
  print(
    `${ROWS} rows a request, 8 connections (medians of ${ROUNDS} rounds of ${SECONDS} s, in turn)`,
    ['program', 'rows/s', 'p99', 'failed', 'ratio', 'bar', 'verdict'],
    [
      [
        'ONNX Runtime alone, 1 thread',
        Math.round(median(rounds.map(({ alone }) => alone))),
        '',
        '',
        '',
        '',
        '',
      ],
      ...rows,
    ],
  );
}

async function modelFile({ dir }) {
  const store = await openStore(join(dir, '.mlx'));
  try {
    const { sha256 } = await store.registry.version(NAME, 1);
    return store.artifacts.pathOf(sha256);
  } finally {
    await store.close();
  }
}

/** Why a server does not take such a request; null when it does. */
async function refusalOf(url, { path, body, headers }) {
  const pairs = headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1]]] : []));
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: Object.fromEntries(pairs),
    body: readFileSync(body),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  return answer.ok ? null : `${answer.status} ${bytes.toString('utf8', 0, 200)}`;
}
