import type { Style, ViewBlock } from '../command.js';
import type { RunDocument } from '../documents.js';
import { formatDuration, formatNumber, formatTime } from '../format.js';
import type { RunsDocument } from './list.js';

/** The metrics that a list has room for, in this order, where any run has them. */
const SHOWN_METRICS = ['roc_auc', 'accuracy', 'f1', 'log_loss', 'r2', 'rmse', 'mae'];
/** Trials of a search have these instead. */
const TRIAL_METRICS = SHOWN_METRICS.map((name) => `cv_${name}_mean`);

export function view({ runs }: RunsDocument, style: Style): readonly ViewBlock[] {
  if (runs.length === 0) return [{ kind: 'lines', lines: [style.dim('No runs. `mlx train` makes one.')] }];
  const found = (names: readonly string[]): readonly string[] =>
    names.filter((name) => runs.some((run) => name in run.metrics)).slice(0, 5);
  const own = found(SHOWN_METRICS);
  const metrics = own.length > 0 ? own : found(TRIAL_METRICS);
  const head = ['run', 'id', 'status', 'algorithm', ...metrics, 'took', 'started'];
  const rows = runs.map((run) => [
    run.name,
    run.id,
    statusText(run.status, style),
    run.params.algorithm ?? '–',
    ...metrics.map((name) => formatNumber(run.metrics[name])),
    formatDuration(run.duration_ms),
    formatTime(run.started_at),
  ]);
  const right = metrics.map((_, index) => 4 + index);
  return [{ kind: 'table', table: { head, rows, right: [...right, 4 + metrics.length] } }];
}

export function statusText(status: RunDocument['status'], style: Style): string {
  if (status === 'finished') return style.good(status);
  if (status === 'running') return style.accent(status);
  return status === 'failed' ? style.bad(status) : style.warn(status);
}
