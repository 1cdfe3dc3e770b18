import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Job, OpenJob, ReadPiece, Report } from './crew-jobs.js';
import { fileSize } from './file.js';
import { type NumberSummary, summarise } from './number-summary.js';

const MAX_THREADS = 4;
/** Pieces that a thread has before it, so that it never waits for the next one. */
const DESKS = 2;

/** Smaller files are read before threads have started. */
const MIN_BYTES = 8 * 1024 * 1024;

/**
 * Does some work with a crew for reading a file, which ends with it; with none where the file is small.
 * @param size threads, 0 for none; decided by the file and the machine when not given
 */
export async function withCrew<Result>(
  path: string,
  size: number | undefined,
  work: (crew: Crew | undefined) => Promise<Result>,
): Promise<Result> {
  const isWorthIt = size === undefined ? (await fileSize(path)) >= MIN_BYTES : size > 0;
  if (!isWorthIt) return work(undefined);
  const crew = new Crew(size);
  try {
    return await work(crew);
  } finally {
    await crew.close();
  }
}

/** A place of a thread to lay a piece on, and the memory for it. */
interface Desk {
  readonly thread: number;
  readonly index: number;
  memory: SharedArrayBuffer;
}

/**
 * Threads that read pieces of a table. A thread that dies, for want of memory say, leaves its jobs undone, and
 * whoever asked does them himself: threads make reading faster and nothing else.
 */
export class Crew {
  readonly #workers: readonly Worker[];
  readonly #dead = new Set<number>();
  readonly #free: Desk[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #jobs = new Map<number, { readonly thread: number; readonly settle: (report: Report) => void }>();
  #lastId = 0;

  /** @param size threads, one for each processor but {@link MAX_THREADS} at most when not given */
  constructor(size = Math.min(availableParallelism(), MAX_THREADS)) {
    this.#workers = Array.from({ length: size }, (_, thread) => {
      const worker = new Worker(new URL('./crew-worker.js', import.meta.url), {
        resourceLimits: { maxYoungGenerationSizeMb: 4 },
      });
      worker.on('message', (report: Report | undefined) => {
        if (report !== undefined) this.#jobs.get(report.id)?.settle(report);
      });
      worker.on('error', () => this.#bury(thread));
      worker.on('exit', () => this.#bury(thread));
      return worker;
    });
    for (let index = 0; index < DESKS; index++) {
      for (let thread = 0; thread < size; thread++) {
        this.#free.push({ thread, index, memory: new SharedArrayBuffer(0) });
      }
    }
  }

  /** Tells all threads what the pieces from now on are. */
  open(job: Omit<OpenJob, 'kind'>): void {
    for (const worker of this.#workers) worker.postMessage({ kind: 'open', ...job });
  }

  /** A free desk, as soon as there is one. */
  async desk(): Promise<Desk> {
    for (;;) {
      const desk = this.#free.shift();
      if (desk !== undefined) return desk;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Lays a copy of the piece on the desk. @returns the bytes there, valid until the desk is given back */
  lay(desk: Desk, piece: Buffer): Buffer {
    if (piece.length > desk.memory.byteLength) {
      desk.memory = new SharedArrayBuffer(Math.ceil(piece.length * 1.1));
    }
    const bytes = Buffer.from(desk.memory, 0, piece.length);
    piece.copy(bytes);
    return bytes;
  }

  /** Has the piece read that lies on the desk; undefined for one that cannot be read there. */
  async read(desk: Desk, bytes: Buffer): Promise<ReadPiece | undefined> {
    const { thread, index } = desk;
    const report = await this.#ask(thread, (id) => ({ kind: 'piece', id, desk: index, bytes }));
    return report.kind === 'piece' ? report.piece : undefined;
  }

  giveBack(desk: Desk): void {
    this.#free.push(desk);
    this.#waiting.shift()?.();
  }

  /** The summaries of columns, in the threads; a column that is not in shared memory is copied there. */
  async summarise(columns: readonly Float64Array[]): Promise<readonly NumberSummary[]> {
    const summaries: NumberSummary[] = [];
    let next = 0;
    const work = async (thread: number): Promise<void> => {
      for (let index = next++; index < columns.length; index = next++) {
        const values = columns[index] as Float64Array;
        const shared = sharedOf(values);
        const report = await this.#ask(thread, (id) => ({ kind: 'summary', id, values: shared }));
        summaries[index] = report.kind === 'summary' ? report.summary : summarise(values);
      }
    };
    await Promise.all(this.#workers.map((_, thread) => work(thread)));
    return summaries;
  }

  /** Ends all threads, at work or not. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #ask(thread: number, makeJob: (id: number) => Job): Promise<Report> {
    const id = ++this.#lastId;
    if (this.#dead.has(thread)) return Promise.resolve({ kind: 'fault', id });
    return new Promise((resolve) => {
      const settle = (report: Report): void => {
        this.#jobs.delete(id);
        resolve(report);
      };
      this.#jobs.set(id, { thread, settle });
      this.#workers[thread]?.postMessage(makeJob(id));
    });
  }

  #bury(dead: number): void {
    this.#dead.add(dead);
    for (const [id, { thread, settle }] of this.#jobs) if (thread === dead) settle({ kind: 'fault', id });
  }
}

function sharedOf(values: Float64Array): Float64Array {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  const shared = new Float64Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}
