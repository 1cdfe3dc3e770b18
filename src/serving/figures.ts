import type { ErrorCode } from '../errors.js';
import type { ServedModel } from './catalog.js';
import type { Core } from './core.js';
import { mergeMetrics, retireMetrics } from './metrics/merge.js';
import type { MetricsSnapshot } from './metrics/metric.js';
import { type ModelTally, mergeTallies, retireTally } from './metrics/summary.js';
import type { LogState } from './prediction-log.js';

/**
 * What one process of a server can tell of itself, as plain data that can be sent to another process. What is told of
 * a server is the sum over its processes.
 */
export interface Figures {
  readonly metrics: MetricsSnapshot;
  readonly tallies: readonly ModelTally[];
  readonly log: LogState;
  /** null of a process that has ended. */
  readonly readiness: Readiness | null;
}

export interface Readiness {
  readonly isReady: boolean;
  readonly isDraining: boolean;
  readonly models: readonly ServedModel[];
}

/** This process's own. */
export async function figuresOf(core: Core): Promise<Figures> {
  return {
    metrics: await core.metrics.snapshot(core),
    tallies: core.summary.tallies(),
    ...conditionOf(core),
  };
}

/** Whether a process can answer, and whether its answers are logged. */
export type Condition = Pick<Figures, 'log' | 'readiness'>;

/** This process's own: unlike its figures it costs next to nothing, however often it is asked for. */
export function conditionOf({ catalog: { isReady, models }, writer, isDraining }: Core): Condition {
  return { log: writer.state, readiness: { isReady, isDraining, models } };
}

/** The sum over processes; of at least one. */
export async function mergeFigures(parts: readonly Figures[]): Promise<Figures> {
  return {
    metrics: await mergeMetrics(parts.map(({ metrics }) => metrics)),
    tallies: mergeTallies(parts.flatMap(({ tallies }) => tallies)),
    log: mergeLogs(parts.map(({ log }) => log)),
    readiness: mergeReadiness(parts.flatMap(({ readiness }) => readiness ?? [])),
  };
}

/** What goes on counting of a process that has ended: counts, not states. */
export function retireFigures({ metrics, tallies, log }: Figures): Figures {
  return {
    metrics: retireMetrics(metrics),
    tallies: tallies.map(retireTally),
    // What waited in its journal, another process brings into the log.
    log: { ...log, written: log.written + log.pending, pending: 0, problem: null },
    readiness: null,
  };
}

function mergeLogs(logs: readonly LogState[]): LogState {
  const sum = (of: (log: LogState) => number): number => logs.reduce((total, log) => total + of(log), 0);
  const problem = logs.reduce<ErrorCode | null>((found, log) => found ?? log.problem, null);
  return {
    pending: sum((log) => log.pending),
    written: sum((log) => log.written),
    dropped: sum((log) => log.dropped),
    sampledOut: sum((log) => log.sampledOut),
    failures: sum((log) => log.failures),
    problem,
  };
}

/** Ready when all are; a model has the trouble that it has in any of them. */
function mergeReadiness(parts: readonly Readiness[]): Readiness | null {
  const [first] = parts;
  if (first === undefined) return null;
  const models = first.models.map((model, index) => {
    const seen = parts.map((part) => part.models[index] ?? model);
    return seen.find(({ problem }) => problem !== null) ?? model;
  });
  return {
    isReady: parts.every(({ isReady }) => isReady),
    isDraining: parts.some(({ isDraining }) => isDraining),
    models,
  };
}
