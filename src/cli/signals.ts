import { MlxError } from '../errors.js';

/** Signals of a process as an AbortSignal. */
export interface Signals {
  readonly signal: AbortSignal;
  /** What stopped the command; undefined when nothing did. */
  reason(): MlxError | undefined;
  stop(): void;
}

/**
 * The first SIGINT or SIGTERM aborts, so that the command can finish cleanly; a second one takes its default
 * course and ends the process at once.
 */
export function listenForSignals(process: NodeJS.Process): Signals {
  const controller = new AbortController();
  let reason: MlxError | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    reason =
      name === 'SIGINT'
        ? new MlxError('INTERRUPTED', 'Stopped by Ctrl-C.')
        : new MlxError('TERMINATED', 'Stopped by SIGTERM.');
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    controller.abort(reason);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    reason: () => reason,
    stop: () => {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    },
  };
}
