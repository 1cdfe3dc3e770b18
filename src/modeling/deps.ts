import type { Store } from '../store/store.js';
import type { OnModelingEvent } from './spec.js';

/** What a run touches outside its own data. */
export interface ModelingDeps {
  readonly store: Store;
  readonly now: () => Date;
  readonly version: string;
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly onEvent: OnModelingEvent;
}
