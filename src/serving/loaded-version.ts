import type { ThreadedModel } from '../scoring/thread/threaded-model.js';
import type { ModelVersion } from '../store/registry-records.js';
import { RowBatcher } from './batcher.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import { RowDecoder } from './decode.js';

/** A model version in memory. Whoever uses it retains it, and frees it afterwards, as often as it was retained. */
export class LoadedVersion {
  readonly record: ModelVersion;
  readonly model: ThreadedModel;
  readonly decoder: RowDecoder;
  readonly batcher: RowBatcher;
  readonly breaker: CircuitBreaker;
  readonly #onIdle: (version: LoadedVersion) => void;
  #users = 0;

  /** @param onBatch called when a run's answers are there, before they go out */
  constructor(
    record: ModelVersion,
    model: ThreadedModel,
    breaker: CircuitBreaker,
    onIdle: (version: LoadedVersion) => void,
    onBatch: () => void,
  ) {
    this.record = record;
    this.model = model;
    this.breaker = breaker;
    this.decoder = new RowDecoder(model.manifest.columns);
    this.batcher = new RowBatcher(model, record.certified, onBatch);
    this.#onIdle = onIdle;
  }

  get isInUse(): boolean {
    return this.#users > 0;
  }

  retain(): this {
    this.#users++;
    return this;
  }

  free(): void {
    this.#users--;
    if (this.#users === 0) this.#onIdle(this);
  }
}
