import { parentPort } from 'node:worker_threads';
import { CellsSink } from './cells-sink.js';
import type { PartSink, RowEstimate, SinkPlan } from './column-sink.js';
import type { Job, OpenJob, PieceJob, ReadPiece, Report } from './crew-jobs.js';
import type { Room } from './distinct.js';
import { NumberSink } from './number-sink.js';
import { summarise } from './number-summary.js';
import { packParts } from './packed-parts.js';
import { PieceReader } from './piece.js';
import { TextSink } from './text-sink.js';
import { UndecidedSink } from './undecided.js';

/*
 * A reading thread: reads pieces by the very code that reads them in the main thread. An error is not sent, for
 * it would have to name the line of the file, which is not known here: the main thread reads such a piece itself.
 */

const estimate: RowEstimate = { rows: 0 };
const room: Room = { memory: new Float64Array(0) };
const desks: SharedArrayBuffer[] = [];
let opened: OpenJob | undefined;
let sinks: readonly (PartSink | null)[] = [];

parentPort?.on('message', (job: Job) => {
  parentPort?.postMessage(answer(job));
});

function answer(job: Job): Report | undefined {
  try {
    switch (job.kind) {
      case 'open':
        opened = job;
        sinks = job.plans.map(newSink);
        return undefined;
      case 'piece':
        return { kind: 'piece', id: job.id, piece: readPiece(job, opened) };
      case 'summary':
        return { kind: 'summary', id: job.id, summary: summarise(job.values, room) };
    }
  } catch {
    opened = undefined; // some of the row may be in the sinks: nothing more is read into them
    return job.kind === 'open' ? undefined : { kind: 'fault', id: job.id };
  }
}

function newSink(plan: SinkPlan | null): PartSink | null {
  if (plan === null) return null;
  if (plan.kind === 'cells') return new CellsSink();
  if (plan.kind === 'number') return new NumberSink('', plan.type, estimate);
  return plan.isUndecided ? new UndecidedSink('', estimate) : new TextSink('', plan.type, estimate);
}

function readPiece({ bytes, desk }: PieceJob, open: OpenJob | undefined): ReadPiece {
  if (open === undefined) throw new RangeError('no sinks are open');
  const { name, layout } = open;
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const source = { name, layout, first: Buffer.alloc(0) };
  const reader = new PieceReader({ bytes: whole, isEndless: false }, source, 1);
  const rows = reader.read(sinks, Number.POSITIVE_INFINITY);
  if (rows > estimate.rows) estimate.rows = Math.ceil(rows * 1.1);
  const parts = packParts(
    sinks.map((sink) => sink?.take() ?? null),
    rows,
    desks[desk] ?? new SharedArrayBuffer(0),
  );
  desks[desk] = parts.memory;
  return { rows, lines: reader.line - 1, parts };
}
