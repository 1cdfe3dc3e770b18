import { readFile } from 'node:fs/promises';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { tableFromRecords } from '../data/cell.js';
import { toMlxError } from '../errors.js';
import { Explainer } from './explain.js';
import type { ExplainReply, ExplainRequest, ExplainTask, RowExplanation } from './explain-thread.js';
import { scoreParts } from './score-parts.js';

/** A thread that holds one model's explainer: it says when it is there, and explains rows one after another. */
async function serve(port: MessagePort, { path }: ExplainTask): Promise<void> {
  const reply = (message: ExplainReply): void => port.postMessage(message);
  let explainer: Explainer;
  try {
    explainer = await Explainer.open(await readFile(path));
  } catch (error) {
    reply({ id: null, error: failureOf(error) });
    return;
  }
  reply({ id: null });
  let turn: Promise<void> = Promise.resolve();
  port.on('message', ({ id, row }: ExplainRequest) => {
    turn = turn.then(async () => {
      try {
        reply({ id, explanation: await explain(explainer, row) });
      } catch (error) {
        reply({ id, error: failureOf(error) });
      }
    });
  });
}

async function explain(explainer: Explainer, row: ExplainRequest['row']): Promise<RowExplanation> {
  const explanation = await explainer.explain(tableFromRecords(explainer.manifest.columns, [row]));
  return { unit: explainer.unit, scores: scoreParts(explainer, explanation, 0) };
}

function failureOf(thrown: unknown) {
  const { code, message, hint } = toMlxError(thrown);
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}

if (parentPort !== null) await serve(parentPort, workerData as ExplainTask);
