import { MlxError } from '../errors.js';
import type { StoredArtifact } from '../store/artifacts.js';
import type { MetricStep, RunDataset, RunEnd, RunRecord, RunTestDataset } from '../store/run-records.js';
import type { Store } from '../store/store.js';
import { checkKeys, checkText, type ParamValue, toText } from './run-text.js';

/** A run in progress. Once ended it takes nothing more (STATE_CONFLICT). */
export class ActiveRun {
  readonly id: string;
  readonly name: string;
  readonly #store: Store;
  readonly startedAt: Date;
  readonly #now: () => Date;
  #ended = false;

  constructor(store: Store, run: { id: string; name: string; startedAt: Date; now: () => Date }) {
    this.id = run.id;
    this.name = run.name;
    this.#store = store;
    this.startedAt = run.startedAt;
    this.#now = run.now;
  }

  async setDataset(dataset: RunDataset): Promise<void> {
    this.#check();
    await this.#store.runs.setDataset(this.id, dataset);
  }

  /** The data that the metrics are measured on; promotion compares versions by its digest. */
  async setTestDataset(dataset: RunTestDataset): Promise<void> {
    this.#check();
    await this.#store.runs.setTestDataset(this.id, dataset);
  }

  async logParams(params: Readonly<Record<string, ParamValue>>): Promise<void> {
    this.#check();
    await this.#store.runs.setParams(this.id, toText(params));
  }

  async logTags(tags: Readonly<Record<string, string>>): Promise<void> {
    this.#check();
    await this.#store.runs.setTags(this.id, checkKeys(tags));
  }

  /** The last value given is the metric's value; each step's stays in its history. NaN: not computable. */
  async logMetrics(metrics: Readonly<Record<string, number>>, step = 0): Promise<void> {
    const entries = Object.entries(checkKeys(metrics));
    await this.#addMetrics(entries.map(([key, value]) => ({ key, step, value })));
  }

  /** A whole history at once: `values[i]` is the value at step `i`. One transaction. */
  async logHistory(key: string, values: ArrayLike<number>): Promise<void> {
    checkKeys({ [key]: values });
    await this.#addMetrics(Array.from(values, (value, step) => ({ key, step, value })));
  }

  /** Puts a file into the store and names it in this run; the same name again replaces it. */
  async logArtifact(name: string, source: { path: string } | { bytes: Uint8Array }): Promise<StoredArtifact> {
    this.#check();
    checkText('artifact name', name);
    const { artifacts, runs } = this.#store;
    const stored = await ('path' in source
      ? artifacts.putFile(source.path)
      : artifacts.putBytes(source.bytes));
    await runs.addArtifact(this.id, { name, ...stored });
    return stored;
  }

  finish(): Promise<RunRecord> {
    return this.#end('finished', null);
  }

  fail(error: MlxError): Promise<RunRecord> {
    return this.#end('failed', `${error.code}: ${error.message}`);
  }

  interrupt(): Promise<RunRecord> {
    return this.#end('interrupted', null);
  }

  async #addMetrics(steps: readonly Omit<MetricStep, 'time'>[]): Promise<void> {
    this.#check();
    const time = this.#now().toISOString();
    await this.#store.runs.addMetrics(
      this.id,
      steps.map((step) => ({ ...step, time })),
    );
  }

  async #end(status: RunEnd['status'], error: string | null): Promise<RunRecord> {
    this.#check();
    this.#ended = true;
    const endedAt = this.#now();
    const durationMs = Math.max(0, endedAt.getTime() - this.startedAt.getTime());
    await this.#store.runs.end(this.id, { status, endedAt: endedAt.toISOString(), durationMs, error });
    const record = await this.#store.runs.get(this.id);
    if (record === undefined) throw new MlxError('RUN_NOT_FOUND', `Run ${this.id} is not in the store.`);
    return record;
  }

  #check(): void {
    if (!this.#ended) return;
    throw new MlxError('STATE_CONFLICT', `Run ${this.name} has ended; nothing can be added to it.`, {
      hint: 'Start a new run.',
    });
  }
}
