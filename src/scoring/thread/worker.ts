import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { MlxError, toMlxError } from '../../errors.js';
import { EngineCache } from '../engine-cache.js';
import { InlineModel } from '../inline-model.js';
import { NotFiniteScore } from '../scores.js';
import { type OpenedModel, openServable, type ServableModel } from '../servable-model.js';
import { Lane } from './lane.js';
import type { FailedRow, ThreadFailure, ThreadReply, ThreadRequest, ThreadTask } from './messages.js';

/** How often a thread says that it is at work on rows one by one. */
const ALIVE_MS = 1000;

interface Opened extends OpenedModel {
  /** Where all of its trees lie; null where they do not lie together. */
  readonly memory: SharedArrayBuffer | null;
  /** Length of the model file; null where it was not read. */
  readonly fileBytes: number | null;
}

/**
 * Holds one model: loads it, says so, and scores what comes until it is told to end.
 * @returns true where the thread is to wait for another one
 */
async function serve(port: MessagePort, task: ThreadTask): Promise<boolean> {
  const reply = (message: ThreadReply): void => port.postMessage(message);
  const cache = task.cacheFolder === undefined ? null : new EngineCache(task.cacheFolder);
  let opened: Opened;
  try {
    opened = (cache === null ? null : openKept(cache, task)) ?? (await openFile(task));
    await warmUp(opened.model);
  } catch (error) {
    reply({ kind: 'broken', error: failureOf(error) });
    return false;
  }
  const { model, engine, memory, fileBytes } = opened;
  reply({ kind: 'ready', manifest: model.manifest, engine, memory });
  if (engine !== null && fileBytes !== null)
    cache?.write(task.sha256, fileBytes, { engine, manifest: model.manifest });
  const end = await scoreUntilTold(model, port, task.bell, reply);
  await model.release();
  return end === 'rest';
}

async function scoreUntilTold(
  model: ServableModel,
  port: MessagePort,
  bell: Int32Array,
  reply: (message: ThreadReply) => void,
): Promise<'close' | 'rest'> {
  const lanes: Lane[] = [];
  for (let heard = 0; ; ) {
    const rung = Atomics.load(bell, 0);
    if (rung === heard) Atomics.wait(bell, 0, heard);
    heard = Atomics.load(bell, 0);
    let end: 'close' | 'rest' | null = null;
    // What comes after the end is the next model's.
    while (end === null) {
      const request = receiveMessageOnPort(port)?.message as ThreadRequest | undefined;
      if (request === undefined) break;
      if (request.kind === 'lane') lanes[request.index] = new Lane(request.shape, request.buffer);
      else end = request.kind;
    }
    for (const [index, lane] of lanes.entries()) {
      if (!lane.isAsked) continue;
      let said = performance.now();
      const alive = (): void => {
        if (performance.now() - said < ALIVE_MS) return;
        said = performance.now();
        reply({ kind: 'alive' });
      };
      const failures = await scorePack(model, lane, alive);
      reply(failures.length === 0 ? index : { kind: 'failed', lane: index, failures });
    }
    if (end !== null) return end;
  }
}

function readChecked({ path, sha256 }: ThreadTask): Uint8Array {
  // Nobody else waits for this thread, and in one piece it takes half the time.
  const bytes = readFileSync(path);
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw new MlxError('ARTIFACT_CORRUPT', 'The model file does not match its SHA-256.', {
      hint: 'Restore the store from a copy, or train again.',
    });
  }
  return bytes;
}

async function openFile(task: ThreadTask): Promise<Opened> {
  const bytes = readChecked(task);
  return { ...(await openServable(bytes, task.sha256)), memory: null, fileBytes: bytes.length };
}

/** The model out of the cache; null where it is not there. */
function openKept(cache: EngineCache, { sha256, free }: ThreadTask): Opened | null {
  const kept = cache.read(sha256, free);
  const model = kept === null ? null : InlineModel.of(kept.engine, kept.manifest);
  if (kept === null || model === null) return null;
  return { model, engine: kept.engine, memory: kept.memory, fileBytes: null };
}

/** The first run pays for ONNX Runtime's preparations. Its row is all missing; a model may refuse that. */
async function warmUp(model: ServableModel): Promise<void> {
  const { columns } = model.manifest;
  const numbers = new Float64Array(columns.length).fill(Number.NaN);
  const texts = columns.map(() => '');
  try {
    await model.scorePacked({ rows: 1, numbers, texts });
  } catch {
    // Then the first request pays.
  }
}

/**
 * Scores what the lane holds; returns the rows on which the model failed.
 * @param alive called after every row that has a run of its own
 */
async function scorePack(model: ServableModel, lane: Lane, alive: () => void): Promise<readonly FailedRow[]> {
  const started = performance.now();
  const { packed, isAlone } = lane.asked();
  const failures: FailedRow[] = [];
  /** One run; when it fails, halves of it, so that the rows at fault are found in few runs. */
  const score = async (start: number, end: number): Promise<void> => {
    try {
      const scores = await model.scorePacked(packed, start, end);
      if (scores.task === 'regression') lane.writeScores(start, scores.values, null);
      else lane.writeScores(start, scores.probabilities, scores.labels);
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
    for (let row = 0; row < packed.rows; row++) {
      await score(row, row + 1);
      alive();
    }
  } else await score(0, packed.rows);
  lane.answer(performance.now() - started);
  return failures;
}

function failureOf(thrown: unknown): ThreadFailure {
  const { code, message, hint } = toMlxError(thrown);
  return { code, message, hint, isNotFinite: thrown instanceof NotFiniteScore };
}

if (parentPort !== null) {
  const port = parentPort;
  const nextTask = async (): Promise<ThreadTask> => ((await once(port, 'message')) as [ThreadTask])[0];
  while (await serve(port, await nextTask()));
  port.close();
}
