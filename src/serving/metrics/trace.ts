import type { Recorder } from './recorder.js';

/** What is learned of a request on its way; filled in by whoever knows. Times are `performance.now()`. */
export interface Trace {
  /** The headers had arrived. */
  readonly startedAt: number;
  /** The rows were decoded; 0 = not yet. */
  decodedAt: number;
  /** The last run ended. */
  scoredAt: number;
  /** Milliseconds of the longest wait for a run, and of that run. */
  queueMs: number;
  runMs: number;
  rows: number;
  /** The counters of the version that answered. */
  recorder: Recorder | null;
  /** That version stepped in for one whose circuit is open. */
  isFallback: boolean;
}

export function newTrace(startedAt: number): Trace {
  return {
    startedAt,
    decodedAt: 0,
    scoredAt: 0,
    queueMs: 0,
    runMs: 0,
    rows: 0,
    recorder: null,
    isFallback: false,
  };
}

/** Adds what was learned of a part of a request that is answered piece by piece. */
export function addPart(trace: Trace, part: Trace): void {
  if (part.recorder === null) return;
  trace.recorder = part.recorder;
  trace.isFallback = part.isFallback;
  trace.rows += part.rows;
  if (trace.decodedAt === 0) trace.decodedAt = part.decodedAt;
  trace.scoredAt = Math.max(trace.scoredAt, part.scoredAt);
  trace.queueMs = Math.max(trace.queueMs, part.queueMs);
  trace.runMs = Math.max(trace.runMs, part.runMs);
}

/** Counts a request whose answer is handed over. */
export function finishTrace(trace: Trace, endedAt: number): void {
  const { recorder, startedAt, decodedAt, scoredAt, queueMs, runMs } = trace;
  if (recorder === null || scoredAt === 0) return;
  recorder.requests++;
  recorder.latency.observe((endedAt - startedAt) / 1000);
  recorder.stages.parse.observe((decodedAt - startedAt) / 1000);
  recorder.stages.queue.observe(queueMs / 1000);
  recorder.stages.run.observe(runMs / 1000);
  recorder.stages.serialise.observe((endedAt - scoredAt) / 1000);
}
