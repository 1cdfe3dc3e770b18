/** How work ended that has a deadline. */
export type Timed<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'over' };

/**
 * Does work that is stopped at the deadline by its signal.
 * @param deadline on performance.now()'s clock, in milliseconds; Infinity for none
 * @throws what the work throws for another reason than the deadline
 */
export async function withDeadline<T>(
  signal: AbortSignal,
  deadline: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Timed<T>> {
  if (deadline === Number.POSITIVE_INFINITY) return { kind: 'done', value: await work(signal) };
  const controller = new AbortController();
  const forward = (): void => controller.abort(signal.reason);
  if (signal.aborted) forward();
  signal.addEventListener('abort', forward);
  let isOver = false;
  const end = (): void => {
    isOver = true;
    controller.abort(new Error('the time is over'));
  };
  const timer = setTimeout(end, Math.min(Math.max(0, deadline - performance.now()), LONGEST_TIMER_MS));
  try {
    return { kind: 'done', value: await work(controller.signal) };
  } catch (error) {
    if (isOver && !signal.aborted) return { kind: 'over' };
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', forward);
  }
}

/** What setTimeout can count to: 24.8 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
