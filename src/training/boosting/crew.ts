/** Does task number `task` of a phase; results must not depend on which thread does which task, or in what order. */
export type Work = (phase: number, task: number) => void;

/** Runs all tasks of a phase and returns when the last is done. */
export type RunPhase = (phase: number, tasks: number) => void;

/** Words of the control block. */
const TICKET = 0;
const PENDING = 1;
const PHASE = 2;
const TASKS = 3;
const SEAT = 4;
const HAS_ENDED = 5;
export const CONTROL_BYTES = 64;

const TASK_BITS = 10;
/** A ticket with this number is closed. */
const CLOSED = (1 << TASK_BITS) - 1;
/** Tasks of one phase at most. */
export const MOST_TASKS = CLOSED - 1;

/** Looks at a word so often before the thread is laid to sleep: phases follow one another within microseconds. */
const SPINS = 3000;

/** The seat of this thread: 0 is the one that leads. */
export function takeSeat(control: Int32Array): number {
  return Atomics.add(control, SEAT, 1);
}

/** A crew of one. */
export function workAlone(work: Work): RunPhase {
  return (phase, tasks) => {
    for (let task = 0; task < tasks; task++) work(phase, task);
  };
}

/**
 * The leading thread's side: opens a phase, takes tasks like everybody and waits for the last one. Others may come late or
 * not at all. The ticket holds the number of the phase and the next task; as a task is taken by exchanging the whole
 * ticket, nobody can take one of a phase that is over.
 */
export function lead(control: Int32Array, work: Work): RunPhase {
  let sequence = 0;
  return (phase, tasks) => {
    if (tasks === 1) return work(phase, 0);
    // closed while the words change, so that an old ticket is not taken for one of the new phase
    Atomics.store(control, TICKET, (sequence << TASK_BITS) | CLOSED);
    Atomics.store(control, PHASE, phase);
    Atomics.store(control, TASKS, tasks);
    Atomics.store(control, PENDING, tasks);
    sequence++;
    Atomics.store(control, TICKET, sequence << TASK_BITS);
    Atomics.notify(control, TICKET);
    while (takeTask(control, work)) {}
    for (let pending = Atomics.load(control, PENDING); pending > 0; ) {
      waitWhile(control, PENDING, pending);
      pending = Atomics.load(control, PENDING);
    }
  };
}

/** Lets the followers go. */
export function dismiss(control: Int32Array): void {
  Atomics.store(control, HAS_ENDED, 1);
  Atomics.store(control, TICKET, -1);
  Atomics.notify(control, TICKET);
}

/** The other threads' side: takes tasks until the leader lets go. */
export function follow(control: Int32Array, work: Work): void {
  while (Atomics.load(control, HAS_ENDED) === 0) {
    const ticket = Atomics.load(control, TICKET);
    if (!takeTask(control, work)) waitWhile(control, TICKET, ticket);
  }
}

/** Does one task of the phase that is open; false where none is left. */
function takeTask(control: Int32Array, work: Work): boolean {
  for (;;) {
    const ticket = Atomics.load(control, TICKET);
    const task = ticket & CLOSED;
    const phase = Atomics.load(control, PHASE);
    if (task >= Atomics.load(control, TASKS)) return false;
    if (Atomics.compareExchange(control, TICKET, ticket, ticket + 1) !== ticket) continue;
    work(phase, task);
    if (Atomics.sub(control, PENDING, 1) === 1) Atomics.notify(control, PENDING);
    return true;
  }
}

/** Returns when the word is no longer `value`, or sooner. */
function waitWhile(control: Int32Array, word: number, value: number): void {
  for (let i = 0; i < SPINS; i++) if (Atomics.load(control, word) !== value) return;
  Atomics.wait(control, word, value);
}
