import { MlxError, toMlxError } from '../errors.js';
import { ThreadedModel } from '../scoring/thread/threaded-model.js';
import type { ModelVersion } from '../store/registry-records.js';
import type { Store } from '../store/store.js';
import { CircuitBreaker, type CircuitOptions } from './circuit-breaker.js';
import { LoadedVersion } from './loaded-version.js';

export interface PoolOptions extends Omit<CircuitOptions, 'now' | 'onOpened'> {
  readonly store: Pick<Store, 'artifacts' | 'cacheFolder'>;
  readonly now: () => Date;
  /** Versions kept although nothing uses them. */
  readonly idleVersions: number;
  /** A version that could not be loaded is not tried again for so long. */
  readonly reloadMs: number;
  /** Called when a run's answers are there, before they go out. */
  readonly onBatch: () => void;
  /** A thread that says nothing for so long is replaced. */
  readonly hangMs: number;
  /** Called when the circuit of a version opens, with a message for people. */
  readonly onOpened: (record: ModelVersion, message: string) => void;
}

/** What a version is at; `absent` ones are loaded when they are asked for. */
export type VersionState =
  | { readonly kind: 'loaded' | 'loading' | 'absent' }
  | { readonly kind: 'failed'; readonly error: MlxError };

/**
 * The versions in memory, each loaded once however many ask. Those that nothing uses are kept, the most
 * recently used ones, so that a rollback or a second request for an old version finds them at once; the others
 * are released. Loading is one at a time, which bounds the memory that it takes.
 */
export class VersionPool {
  readonly #options: PoolOptions;
  readonly #loaded = new Map<string, LoadedVersion>();
  readonly #loading = new Map<string, Promise<LoadedVersion>>();
  readonly #failures = new Map<string, { readonly error: MlxError; readonly at: number }>();
  /** Least recently used first. */
  readonly #idle = new Set<LoadedVersion>();
  #turn: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** How many versions are in memory. */
  get size(): number {
    return this.#loaded.size;
  }

  /** The versions in memory. */
  get versions(): Iterable<LoadedVersion> {
    return this.#loaded.values();
  }

  /** The version if it is in memory, retained. */
  peek(model: string, version: number): LoadedVersion | undefined {
    const found = this.#loaded.get(keyOf(model, version));
    return found === undefined ? undefined : this.#retain(found);
  }

  /** What a registered version is at. */
  stateOf(model: string, version: number): VersionState {
    const key = keyOf(model, version);
    if (this.#loaded.has(key)) return { kind: 'loaded' };
    if (this.#loading.has(key)) return { kind: 'loading' };
    const failure = this.#failures.get(key);
    return failure === undefined ? { kind: 'absent' } : { kind: 'failed', error: failure.error };
  }

  /**
   * The version, loaded and retained.
   * @throws MlxError SCORING_FAILED when its file cannot be read or is no model
   */
  async lease(record: ModelVersion): Promise<LoadedVersion> {
    const key = keyOf(record.name, record.version);
    const found = this.peek(record.name, record.version);
    if (found !== undefined) return found;
    const failure = this.#failures.get(key);
    if (failure !== undefined) {
      if (this.#options.now().getTime() - failure.at < this.#options.reloadMs) throw failure.error;
      this.#failures.delete(key);
    }
    let loading = this.#loading.get(key);
    if (loading === undefined) {
      loading = this.#turn.then(() => this.#load(key, record));
      this.#turn = loading.catch(() => undefined);
      this.#loading.set(key, loading);
    }
    return this.#retain(await loading);
  }

  /** Releases what is idle, and from now on everything as soon as it becomes idle. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#loading.values());
    await Promise.all(
      [...this.#loaded.values()].filter((version) => !version.isInUse).map((version) => this.#drop(version)),
    );
  }

  #retain(version: LoadedVersion): LoadedVersion {
    this.#idle.delete(version);
    return version.retain();
  }

  async #load(key: string, record: ModelVersion): Promise<LoadedVersion> {
    try {
      const { sha256 } = record;
      const { artifacts, cacheFolder } = this.#options.store;
      const file = { path: artifacts.pathOf(sha256), sha256, cacheFolder };
      const { onBatch, hangMs } = this.#options;
      const breaker = this.#breakerOf(record);
      const model = await ThreadedModel.open(file, { hangMs, onHung: () => breaker.trip() });
      const version = new LoadedVersion(record, model, breaker, (idle) => this.#becameIdle(idle), onBatch);
      this.#loaded.set(key, version);
      return version;
    } catch (thrown) {
      const error = loadError(record, thrown);
      this.#failures.set(key, { error, at: this.#options.now().getTime() });
      throw error;
    } finally {
      this.#loading.delete(key);
    }
  }

  #breakerOf(record: ModelVersion): CircuitBreaker {
    const { onOpened } = this.#options;
    const breaker = new CircuitBreaker({
      ...this.#options,
      now: undefined,
      onOpened: () => {
        const what = `version ${record.version} of ${record.name} keeps failing`;
        const seconds = Math.ceil(breaker.retryAfterSeconds);
        onOpened(record, `${what}: its circuit is open, and it is not asked for ${seconds} s`);
      },
    });
    return breaker;
  }

  #becameIdle(version: LoadedVersion): void {
    this.#idle.add(version);
    const kept = this.#isClosed ? 0 : this.#options.idleVersions;
    for (const idle of this.#idle) {
      if (this.#idle.size <= kept) return;
      void this.#drop(idle);
    }
  }

  async #drop(version: LoadedVersion): Promise<void> {
    this.#idle.delete(version);
    this.#loaded.delete(keyOf(version.record.name, version.record.version));
    await version.model.release();
  }
}

function keyOf(model: string, version: number): string {
  return `${model}/${version}`;
}

/** A model that cannot be loaded is the release's fault, not the request's: a 500. */
function loadError(record: ModelVersion, thrown: unknown): MlxError {
  const cause = toMlxError(thrown);
  // Only ONNX Runtime's own words go to clients; messages about files hold paths.
  const why = cause.code === 'MODEL_INVALID' ? cause.message : 'its file cannot be read';
  return new MlxError(
    'SCORING_FAILED',
    `Version ${record.version} of ${record.name} cannot be loaded: ${why}`,
    {
      hint: 'Roll back, or promote another version.',
      details: { model: record.name, version: record.version, cause: cause.code },
      cause: thrown,
    },
  );
}
