import type { ScoringModel } from '../scoring/model.js';
import type { ModelVersion } from '../store/registry-records.js';
import { RowBatcher } from './batcher.js';
import { RowDecoder } from './decode.js';

/** A model version in memory. Whoever uses it retains it, and frees it afterwards, as often as it was retained. */
export class LoadedVersion {
  readonly record: ModelVersion;
  readonly model: ScoringModel;
  readonly decoder: RowDecoder;
  readonly batcher: RowBatcher;
  readonly #onIdle: (version: LoadedVersion) => void;
  #users = 0;

  constructor(record: ModelVersion, model: ScoringModel, onIdle: (version: LoadedVersion) => void) {
    this.record = record;
    this.model = model;
    this.decoder = new RowDecoder(model.manifest.columns);
    this.batcher = new RowBatcher(model, record.certified);
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

  /** Runs the model once, so that the first request does not pay for ONNX Runtime's preparations. */
  async warmUp(): Promise<void> {
    // The row is all missing; a model that cannot take that is judged by its real requests.
    await this.batcher.many([this.decoder.columns.map(() => null)]);
  }
}
