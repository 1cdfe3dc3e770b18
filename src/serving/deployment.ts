import { MlxError, toMlxError } from '../errors.js';
import { type ModelReference, parseModelReference } from '../registry/names.js';
import { resolveModel } from '../registry/resolve.js';
import { armVersion, assignArm } from '../rollout/assignment.js';
import type { Arm } from '../rollout/records.js';
import type { ModelVersion } from '../store/registry-records.js';
import type { Store } from '../store/store.js';
import type { AlertDesk } from './alert-desk.js';
import type { LoadedVersion } from './loaded-version.js';
import type { ServerLog } from './options.js';
import type { VersionFailure } from './peers.js';
import { Refusal } from './refusal.js';
import { type ReleaseView, viewRelease } from './release-view.js';
import type { RollbackWatch } from './rollback-watch.js';
import type { VersionPool } from './version-pool.js';

/** Which version a request asks for; without either the served one. */
export interface Selection {
  readonly version?: number | undefined;
  readonly label?: string | undefined;
}

/** A version at a request's disposal; to be freed afterwards. */
export interface Lease {
  readonly deployment: Deployment;
  readonly loaded: LoadedVersion;
  readonly arm: Arm | null;
  /** The version steps in for the one that was meant, whose circuit is open. */
  readonly isFallback: boolean;
  /** The version's circuit is half-open, and this request is let through to try. */
  readonly isProbe: boolean;
}

export interface DeploymentParts {
  readonly store: Store;
  readonly pool: VersionPool;
  readonly random: () => number;
  readonly log: ServerLog;
  readonly alerts: AlertDesk;
  /** Makes the watch over a model's production. */
  readonly watchOver: (model: string) => RollbackWatch;
}

/** The answer while a version's circuit is open and none steps in. */
function isOpen({ record, breaker }: LoadedVersion): Refusal {
  return new Refusal('UNAVAILABLE', `Version ${record.version} of ${record.name} keeps failing.`, {
    hint: 'It is tried again in a while; another version may be asked until then.',
    details: { model: record.name, version: record.version },
    retryAfterSeconds: breaker.retryAfterSeconds,
  });
}

/** No version can answer at the moment: a 503, although the code is that of a missing model. */
export class NotServing extends MlxError {
  override get status(): number {
    return 503;
  }
}

/**
 * One served reference. It follows the registry: `refresh` loads and warms what the reference means now, then
 * swaps. Until a new version is loaded, and when it cannot be, the one before keeps answering.
 */
export class Deployment {
  /** As given: `churn`, `churn@staging`, `churn/3`. */
  readonly text: string;
  readonly name: string;
  readonly #reference: ModelReference;
  readonly #parts: DeploymentParts;
  readonly #watch: RollbackWatch | null;
  #view: ReleaseView | undefined;
  #current: LoadedVersion | undefined;
  /** Why the version that the registry names is not the one that answers. */
  #problem: { readonly version: number; readonly error: MlxError } | undefined;
  #arms: readonly LoadedVersion[] = [];
  #work: Promise<void> = Promise.resolve();

  constructor(text: string, parts: DeploymentParts) {
    this.text = text;
    this.#reference = parseModelReference(text);
    this.name = this.#reference.name;
    this.#parts = parts;
    this.#watch = this.#reference.kind === 'production' ? parts.watchOver(this.name) : null;
  }

  /** The version that answers; undefined before there is one. */
  get current(): LoadedVersion | undefined {
    return this.#current;
  }

  /** Why it cannot answer, or why an older version than the registry's does; undefined when all is well. */
  get problem(): MlxError | undefined {
    return this.#problem?.error ?? (this.#current === undefined ? (this.#view?.why ?? undefined) : undefined);
  }

  /** True when a version still has to be loaded: then `refresh` is due although the registry has not changed. */
  get isBehind(): boolean {
    return this.#problem !== undefined;
  }

  /** Brings the deployment to what the registry says. Never fails: what goes wrong is logged and in `problem`. */
  refresh(): Promise<void> {
    this.#work = this.#work.then(() => this.#follow());
    return this.#work;
  }

  /**
   * The version for a prediction. The last good version steps in for the served one while its circuit is open; for a
   * version that is named none does.
   * @throws NotServing; Refusal UNAVAILABLE; MlxError MODEL_NOT_FOUND for a version or label that does not exist,
   * SCORING_FAILED when it cannot be loaded
   */
  async lease(selection: Selection = {}): Promise<Lease> {
    const isNamed = selection.version !== undefined || selection.label !== undefined;
    // The way of nearly all requests, on which there is nothing to wait for.
    const isWell = !isNamed && this.#problem === undefined;
    const ready = isWell ? this.#current?.retain() : undefined;
    const loaded = ready ?? (await (isNamed ? this.#leaseSelected(selection) : this.#leaseCurrent()));
    const lease = this.#passed(loaded, null);
    if (lease !== undefined) return lease;
    if (isNamed) throw isOpen(loaded);
    return this.#leaseInstead(loaded);
  }

  /** A version to be looked at: its circuit does not matter. @throws as `lease`, but for UNAVAILABLE */
  async look(selection: Selection = {}): Promise<Lease> {
    const isNamed = selection.version !== undefined || selection.label !== undefined;
    const loaded = isNamed ? await this.#leaseSelected(selection) : await this.#leaseCurrent();
    return { deployment: this, loaded, arm: null, isFallback: false, isProbe: false };
  }

  /** The version that a stage or an alias of this model means now. @throws MlxError MODEL_NOT_FOUND, NAME_INVALID */
  resolveLabel(label: string): Promise<ModelVersion> {
    return resolveModel(this.#parts.store, `${this.name}@${label}`);
  }

  /**
   * The version that the running A/B test gives this unit; where its circuit is open, a good one outside the test.
   * @throws MlxError ABTEST_NOT_FOUND when none runs, SCORING_FAILED; Refusal UNAVAILABLE
   */
  async leaseArm(unit: string | null): Promise<Lease> {
    const test = this.#view?.abtest;
    if (test === null || test === undefined) {
      throw new MlxError('ABTEST_NOT_FOUND', `No A/B test runs on ${this.name}.`, {
        hint: 'Start one with `mlx abtest start`, or use /predict.',
        details: { model: this.name },
      });
    }
    const arm = assignArm(test, unit, this.#parts.random);
    const loaded = await this.#leaseSelected({ version: armVersion(test, arm) });
    return this.#passed(loaded, arm) ?? this.#leaseInstead(loaded);
  }

  /** A good version other than the one that failed: the served one, else the last good one; undefined without any. */
  async leaseFallback(failed: number | undefined): Promise<Lease | undefined> {
    const current = this.#current;
    if (current !== undefined && current.record.version !== failed) {
      const lease = this.#passed(current.retain(), null);
      if (lease !== undefined) return { ...lease, isFallback: true };
    }
    const record = this.#view?.fallback;
    if (record === null || record === undefined || record.version === failed) return undefined;
    try {
      const lease = this.#passed(await this.#parts.pool.lease(record), null);
      return lease === undefined ? undefined : { ...lease, isFallback: true };
    } catch {
      return undefined;
    }
  }

  /** Counts a failure of a version; when that takes production back, the restored version is there afterwards. */
  async failed(version: number, error: MlxError): Promise<void> {
    if ((await this.#watch?.failed(version, error.message)) === true) await this.refresh();
  }

  /** The same for a failure that another process of this server has seen. */
  async heard({ version, message }: VersionFailure): Promise<void> {
    if ((await this.#watch?.heard(version, message)) === true) await this.refresh();
  }

  /** Gives everything back. */
  async close(): Promise<void> {
    await this.#work;
    for (const version of [this.#current, ...this.#arms]) version?.free();
    this.#current = undefined;
    this.#arms = [];
  }

  /** The lease of a version whose circuit lets the request through; otherwise the version is freed. */
  #passed(loaded: LoadedVersion, arm: Arm | null): Lease | undefined {
    const passage = loaded.breaker.pass();
    if (passage !== 'blocked')
      return { deployment: this, loaded, arm, isFallback: false, isProbe: passage === 'probe' };
    loaded.free();
    return undefined;
  }

  /**
   * A good version in place of one whose circuit is open. The request counts as a failure of that one towards a
   * rollback, which stepping in must not put off.
   */
  async #leaseInstead(blocked: LoadedVersion): Promise<Lease> {
    const { version } = blocked.record;
    const error = isOpen(blocked);
    await this.failed(version, error);
    const lease = await this.leaseFallback(version);
    if (lease === undefined) throw error;
    return lease;
  }

  async #leaseCurrent(): Promise<LoadedVersion> {
    const problem = this.#problem;
    // A release that cannot be loaded fails every request that it should answer, even if an older one steps in.
    if (problem !== undefined) await this.failed(problem.version, problem.error);
    if (this.#current !== undefined) return this.#current.retain();
    if (this.#problem !== undefined) throw this.#problem.error;
    const why = this.#view?.why;
    throw new NotServing('MODEL_NOT_FOUND', why?.message ?? `Model ${this.name} is not loaded yet.`, {
      hint: why?.hint ?? 'Try again in a moment.',
      details: { model: this.name },
    });
  }

  async #leaseSelected({ version, label }: Selection): Promise<LoadedVersion> {
    const { pool, store } = this.#parts;
    const ready = version === undefined ? undefined : pool.peek(this.name, version);
    if (ready !== undefined) return ready;
    const record = await resolveModel(
      store,
      `${this.name}${label === undefined ? `/${version}` : `@${label}`}`,
    );
    try {
      return await pool.lease(record);
    } catch (error) {
      await this.failed(record.version, toMlxError(error));
      throw error;
    }
  }

  async #follow(): Promise<void> {
    const { store, log } = this.#parts;
    try {
      this.#view = await viewRelease(store, this.text, this.#reference);
    } catch (error) {
      log('error', `the registry cannot be read: ${toMlxError(error).message}`, { model: this.text });
      return;
    }
    const { version, promotedAt } = this.#view;
    if (version !== null && promotedAt !== null) this.#watch?.watch(version.version, promotedAt);
    await this.#swap(this.#view);
    await this.#holdArms(this.#view);
  }

  async #swap({ version }: ReleaseView): Promise<void> {
    const { log, pool } = this.#parts;
    const before = this.#current;
    if (before?.record.version === version?.version) {
      this.#problem = undefined;
      return;
    }
    if (version === null) {
      this.#current = undefined;
      this.#problem = undefined;
      log('warn', `${this.text} has no version any more`, { before: before?.record.version });
    } else {
      try {
        this.#current = await pool.lease(version);
      } catch (error) {
        this.#cannotLoad(version.version, toMlxError(error));
        return;
      }
      this.#problem = undefined;
      log('info', `${this.text} is version ${version.version} now`, {
        before: before?.record.version ?? null,
      });
    }
    before?.free();
  }

  #cannotLoad(version: number, error: MlxError): void {
    const isNews = this.#problem?.version !== version;
    this.#problem = { version, error };
    if (!isNews) return;
    const { log, alerts } = this.#parts;
    const answering = this.#current?.record.version ?? null;
    log('error', error.message, { cause: error.details?.cause, answering });
    alerts.raise({
      kind: 'load-failed',
      model: this.name,
      message: error.message,
      details: { version, answering },
    });
  }

  /** Keeps the versions of a running A/B test in memory. */
  async #holdArms({ abtest }: ReleaseView): Promise<void> {
    const { store, pool, log } = this.#parts;
    const before = this.#arms;
    const held: LoadedVersion[] = [];
    for (const number of abtest === null ? [] : [abtest.control, abtest.treatment]) {
      try {
        held.push(await pool.lease(await resolveModel(store, `${this.name}/${number}`)));
      } catch (error) {
        log('error', `an arm of the A/B test cannot be loaded: ${toMlxError(error).message}`, {
          abtest: abtest?.id,
        });
      }
    }
    this.#arms = held;
    for (const version of before) version.free();
  }
}
