import type { ModelingEvent, OnModelingEvent } from '../modeling/spec.js';
import type { CommandContext, Progress } from './command.js';
import { formatDuration, formatNumber } from './format.js';

/** Events of one kind that come closer together than this are not all told, but always the last of a count. */
const EVENT_INTERVAL_MS = 200;

type Told = Exclude<ModelingEvent, { kind: 'warning' }>;
type TreesEvent = Extract<ModelingEvent, { kind: 'trees' }>;
type FoldEvent = Extract<ModelingEvent, { kind: 'fold' }>;
type TrialEvent = Extract<ModelingEvent, { kind: 'trial' }>;

/** Shows what a training run is doing: to a person as a line, to a program that listens as events. */
export function modelingProgress(
  context: CommandContext,
  clock: () => number = () => performance.now(),
): { readonly onEvent: OnModelingEvent; readonly progress: Progress } {
  const progress = context.progress('reading the table');
  let run = '';
  let lastAt = Number.NEGATIVE_INFINITY;
  const stage = new Stage(clock);
  const onEvent: OnModelingEvent = (event) => {
    if (event.kind === 'warning') return context.warn(event.message);
    if (event.kind === 'run') run = event.name;
    const secondsLeft = stage.next(event);
    const isDue =
      event.kind !== 'trees' || event.done === event.total || clock() - lastAt >= EVENT_INTERVAL_MS;
    if (isDue) {
      if (event.kind === 'trees') lastAt = clock();
      const { kind, ...data } = event;
      context.event(kind, secondsLeft === null ? data : { ...data, seconds_left: secondsLeft });
    }
    const text = stage.text(event, secondsLeft);
    if (text !== null) progress.update(run === '' ? text : `${run}: ${text}`);
  };
  return { onEvent, progress };
}

/** Where a run is: trees are grown in a fold, folds belong to a trial. */
class Stage {
  #trial: TrialEvent | null = null;
  #fold: FoldEvent | null = null;
  readonly #left: Readonly<Record<'trees' | 'fold' | 'trial', TimeLeft>>;

  constructor(clock: () => number) {
    this.#left = { trees: createTimeLeft(clock), fold: createTimeLeft(clock), trial: createTimeLeft(clock) };
  }

  /** Takes an event in; gives the seconds that what it counts will still take, where that can be told. */
  next(event: Told): number | null {
    if (event.kind === 'trial') this.#trial = event;
    if (event.kind === 'fold') this.#fold = event.done === event.total ? null : event;
    // the model itself comes after all trials and folds
    if (event.kind === 'preparing') this.#trial = null;
    if (event.kind !== 'trees' && event.kind !== 'fold' && event.kind !== 'trial') return null;
    return event.total === null ? null : this.#left[event.kind](event.done, event.total);
  }

  text(event: Told, secondsLeft: number | null): string | null {
    const own = ownText(event);
    if (own === null) return null;
    const parts: string[] = [];
    const isInner = event.kind === 'trees' || event.kind === 'fold';
    if (isInner && this.#trial !== null) parts.push(trialsText(this.#trial));
    if (event.kind === 'trees' && this.#fold !== null) parts.push(foldText(this.#fold));
    parts.push(own);
    if (secondsLeft !== null && secondsLeft > 0) parts.push(`${formatDuration(1000 * secondsLeft)} left`);
    return parts.join(', ');
  }
}

function ownText(event: Told): string | null {
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
      return treesText(event);
    case 'fold':
      return foldText(event);
    case 'trial':
      return `${event.algorithm}: ${trialsText(event)}`;
    case 'evaluating':
      return `scoring ${event.rows} held-out rows`;
    case 'reporting':
      return `measuring ${event.rows} held-out rows for the report`;
    case 'certifying':
      return `certifying on ${event.rows} rows`;
  }
}

function treesText({ done, total, score }: TreesEvent): string {
  const trees = `${done} of ${total} trees`;
  return score === undefined ? trees : `${trees}, ${scoreText(score.metric, score.value)}`;
}

function foldText({ algorithm, done, total, score }: FoldEvent): string {
  return `${algorithm}: ${done} of ${total} folds, ${scoreText(score.metric, score.value)}`;
}

function trialsText({ done, total, best, metric }: TrialEvent): string {
  const count = total === null ? `${done} trials` : `${done} of ${total} trials`;
  return best === null ? count : `${count}, best ${scoreText(metric, best)}`;
}

function scoreText(metric: string, value: number): string {
  return `${metric.replaceAll('_', ' ')} ${formatNumber(value)}`;
}

type TimeLeft = (done: number, total: number) => number | null;

/** Seconds that the rest of a count takes at its pace so far; null until a second of it has gone by. */
function createTimeLeft(clock: () => number): TimeLeft {
  let startedAt = 0;
  let doneAtStart = 0;
  let last = Number.POSITIVE_INFINITY;
  return (done, total) => {
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
