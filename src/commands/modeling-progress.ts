import type { ModelingEvent, OnModelingEvent } from '../modeling/spec.js';
import type { CommandContext, Progress } from './command.js';
import { formatDuration, formatNumber } from './format.js';

/** Events of one kind that come closer together than this are not all told, but always the last of a count. */
const EVENT_INTERVAL_MS = 200;

type TreesEvent = Extract<ModelingEvent, { kind: 'trees' }>;

/** Shows what a training run is doing: to a person as a line, to a program that listens as events. */
export function modelingProgress(
  context: CommandContext,
  clock: () => number = () => performance.now(),
): { readonly onEvent: OnModelingEvent; readonly progress: Progress } {
  const progress = context.progress('reading the table');
  let run = '';
  let lastAt = Number.NEGATIVE_INFINITY;
  const timeLeft = createTimeLeft(clock);
  const onEvent: OnModelingEvent = (event) => {
    if (event.kind === 'warning') return context.warn(event.message);
    if (event.kind === 'run') run = event.name;
    const { kind, ...data } = event;
    const left = event.kind === 'trees' ? timeLeft(event) : null;
    const isDue =
      event.kind !== 'trees' || event.done === event.total || clock() - lastAt >= EVENT_INTERVAL_MS;
    if (isDue) {
      if (event.kind === 'trees') lastAt = clock();
      context.event(kind, left === null ? data : { ...data, seconds_left: left });
    }
    const text = textOf(event, left);
    if (text !== null) progress.update(run === '' ? text : `${run}: ${text}`);
  };
  return { onEvent, progress };
}

function textOf(
  event: Exclude<ModelingEvent, { kind: 'warning' }>,
  secondsLeft: number | null,
): string | null {
  switch (event.kind) {
    case 'run':
      return null;
    case 'reading':
      return `reading ${event.input}`;
    case 'preparing':
      return `fitting the preprocessing on ${event.rows} rows × ${event.columns} columns`;
    case 'fitting':
      return `${event.algorithm} on ${event.rows} rows × ${event.features} features`;
    case 'trees':
      return treesText(event, secondsLeft);
    case 'evaluating':
      return `scoring ${event.rows} held-out rows`;
    case 'certifying':
      return `certifying on ${event.rows} rows`;
  }
}

function treesText({ done, total, score }: TreesEvent, secondsLeft: number | null): string {
  const parts = [`${done} of ${total} trees`];
  if (score !== undefined) parts.push(`${score.metric.replaceAll('_', ' ')} ${formatNumber(score.value)}`);
  if (secondsLeft !== null && done < total) parts.push(`${formatDuration(1000 * secondsLeft)} left`);
  return parts.join(', ');
}

/** Seconds that the rest of a count takes at its pace so far; null until a second of it has gone by. */
function createTimeLeft(clock: () => number): (count: { done: number; total: number }) => number | null {
  let startedAt = 0;
  let doneAtStart = 0;
  let last = Number.POSITIVE_INFINITY;
  return ({ done, total }) => {
    if (done < last) {
      startedAt = clock();
      doneAtStart = done;
    }
    last = done;
    const seconds = (clock() - startedAt) / 1000;
    if (seconds < 1 || done === doneAtStart) return null;
    return Math.round(((total - done) * seconds) / (done - doneAtStart));
  };
}
