import type { Figures } from './figures.js';

/** A failure that counts towards taking production back. */
export interface VersionFailure {
  readonly model: string;
  readonly version: number;
  readonly message: string;
}

/** How many processes answer. */
export interface WorkerCount {
  readonly configured: number;
  readonly ready: number;
}

export const ONE_WORKER: WorkerCount = { configured: 1, ready: 1 };

/** What all processes of a server tell together. */
export interface Gathered {
  readonly figures: Figures;
  readonly workers: WorkerCount;
}

/** The processes that serve on the same port, as one of them sees the others. */
export interface Peers {
  /** There are no others. */
  readonly areNone: boolean;
  /** The own figures with those of the others, also of those that have ended. */
  gather(own: Figures): Promise<Gathered>;
  /** Has the others count a failure too. */
  tellFailure(failure: VersionFailure): void;
}

/** A process that serves alone. */
export const ALONE: Peers = {
  areNone: true,
  gather: async (figures) => ({ figures, workers: ONE_WORKER }),
  tellFailure: () => undefined,
};
