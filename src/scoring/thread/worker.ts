import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { MlxError, toMlxError } from '../../errors.js';
import { ScoringModel } from '../model.js';
import type { PackedRows } from '../packed-rows.js';
import { NotFiniteScore, type Scores } from '../scores.js';
import type { PackScores, ThreadFailure, ThreadReply, ThreadRequest, ThreadTask } from './messages.js';

/** How often a thread says that it is at work on rows one by one. */
const ALIVE_MS = 1000;

/** A thread that holds one model: it loads it, says so, and scores what comes until it is told to close. */
async function serve(port: MessagePort, { path, sha256 }: ThreadTask): Promise<void> {
  const reply = (message: ThreadReply): void => port.postMessage(message);
  let model: ScoringModel;
  try {
    model = await openChecked(path, sha256);
    await warmUp(model);
  } catch (error) {
    reply({ kind: 'broken', error: failureOf(error) });
    return;
  }
  reply({ kind: 'ready', manifest: model.manifest });
  // One after another: a run keeps this thread busy anyway.
  let turn: Promise<void> = Promise.resolve();
  port.on('message', (request: ThreadRequest) => {
    turn = turn.then(async () => {
      if (request.kind === 'close') {
        await model.release();
        port.close();
        return;
      }
      const { id, packed, isAlone } = request;
      let said = performance.now();
      const alive = (): void => {
        if (performance.now() - said < ALIVE_MS) return;
        said = performance.now();
        reply({ kind: 'alive' });
      };
      reply({ kind: 'scored', id, ...(await scorePack(model, packed, isAlone, alive)) });
    });
  });
}

async function openChecked(path: string, sha256: string): Promise<ScoringModel> {
  const bytes = await readFile(path);
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw new MlxError('ARTIFACT_CORRUPT', 'The model file does not match its SHA-256.', {
      hint: 'Restore the store from a copy, or train again.',
    });
  }
  return ScoringModel.open(bytes);
}

/** The first run pays for ONNX Runtime's preparations. Its row is all missing; a model may refuse that. */
async function warmUp(model: ScoringModel): Promise<void> {
  const { columns } = model.manifest;
  const numbers = new Float64Array(columns.length).fill(Number.NaN);
  const texts = columns.map(() => '');
  await model.scorePacked({ rows: 1, numbers, texts }).catch(() => undefined);
}

/** @param alive called after every row that has a run of its own */
async function scorePack(
  model: ScoringModel,
  packed: PackedRows,
  isAlone: boolean,
  alive: () => void,
): Promise<PackScores> {
  const { task, classes } = model.manifest;
  const { rows } = packed;
  const started = performance.now();
  const labels = task === 'classification' ? new Int32Array(rows) : null;
  const probabilities = task === 'classification' ? new Float32Array(rows * classes.length) : null;
  const values = task === 'regression' ? new Float32Array(rows) : null;
  const failures: { row: number; error: ThreadFailure }[] = [];
  const keep = (scores: Scores, start: number): void => {
    if (scores.task === 'regression') values?.set(scores.values, start);
    else {
      labels?.set(scores.labels, start);
      probabilities?.set(scores.probabilities, start * classes.length);
    }
  };
  /** One run; when it fails, halves of it, so that the rows at fault are found in few runs. */
  const score = async (start: number, end: number): Promise<void> => {
    try {
      keep(await model.scorePacked(packed, start, end), start);
    } catch (error) {
      if (end - start === 1) {
        failures.push({ row: start, error: failureOf(error) });
        return;
      }
      const middle = (start + end) >> 1;
      await score(start, middle);
      await score(middle, end);
    }
  };
  if (isAlone) {
    for (let row = 0; row < rows; row++) {
      await score(row, row + 1);
      alive();
    }
  } else await score(0, rows);
  return { labels, probabilities, values, failures, runMs: performance.now() - started };
}

function failureOf(thrown: unknown): ThreadFailure {
  const { code, message, hint } = toMlxError(thrown);
  return { code, message, hint, isNotFinite: thrown instanceof NotFiniteScore };
}

if (parentPort !== null) await serve(parentPort, workerData as ThreadTask);
