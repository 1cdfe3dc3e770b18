import { type MlxError, toMlxError } from '../errors.js';
import { rollback } from '../registry/rollback.js';
import { RollbackGuard } from '../rollout/rollback-guard.js';
import type { Store } from '../store/store.js';
import type { AlertDesk } from './alert-desk.js';
import type { ServerLog } from './options.js';
import type { VersionFailure } from './peers.js';

export interface WatchOptions {
  readonly store: Store;
  readonly model: string;
  readonly actor: string;
  readonly now: () => Date;
  readonly log: ServerLog;
  readonly alerts: AlertDesk;
  readonly onRollback: () => void;
  /** Has the other processes of this server count a failure too. */
  readonly tell: (failure: VersionFailure) => void;
  readonly maxErrors: number;
  readonly windowSeconds: number;
}

/**
 * Takes production back when a newly promoted version keeps failing. Several servers may watch one model: the
 * registry rolls back only from the version that failed, so the first one acts and the others find it done.
 */
export class RollbackWatch {
  readonly #options: WatchOptions;
  readonly #guard: RollbackGuard;
  #promotion: { readonly version: number; readonly at: Date } | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#guard = new RollbackGuard(options);
  }

  /** Says which version is in production and since when; saying the same again changes nothing. */
  watch(version: number, at: Date): void {
    const seen = this.#promotion;
    if (seen?.version === version && seen.at.getTime() === at.getTime()) return;
    this.#promotion = { version, at };
    this.#guard.promoted(version, at);
  }

  /** Counts a failure of a version. True when production was moved, by this server or another. */
  async failed(version: number, message: string): Promise<boolean> {
    const { now, model, tell } = this.#options;
    if (this.#promotion?.version === version && this.#guard.isWatching(now()))
      tell({ model, version, message });
    return this.heard(version, message);
  }

  /** Counts a failure that another process of this server has seen. */
  async heard(version: number, message: string): Promise<boolean> {
    const { now, maxErrors, windowSeconds } = this.#options;
    if (!this.#guard.failure(version, now())) return false;
    const evidence = { errors: maxErrors, window_seconds: windowSeconds, last_error: message };
    return this.#rollBack(version, evidence);
  }

  async #rollBack(version: number, evidence: Readonly<Record<string, unknown>>): Promise<boolean> {
    const { store, model, actor, now, log, alerts } = this.#options;
    const reason = `${evidence.errors} predictions failed within ${evidence.window_seconds} s of the promotion`;
    try {
      const spec = { name: model, fromVersion: version, reason, evidence, actor, automatic: true, now };
      const { to } = await rollback(store, spec);
      this.#options.onRollback();
      log('warn', `rolled ${model} back from version ${version} to ${to.version}: ${reason}`, evidence);
      const message = `${model}: production went back from version ${version} to ${to.version}, because ${reason}.`;
      const details = { from: version, to: to.version, ...evidence };
      alerts.raise({ kind: 'automatic-rollback', model, message, details });
      return true;
    } catch (thrown) {
      return this.#notRolledBack(version, toMlxError(thrown), evidence);
    }
  }

  #notRolledBack(version: number, error: MlxError, evidence: Readonly<Record<string, unknown>>): boolean {
    const { model, log, alerts } = this.#options;
    if (error.code !== 'STATE_CONFLICT') {
      log('error', `could not roll ${model} back: ${error.message}`, evidence);
      // The guard speaks once; what stood in the way (a busy store) may pass.
      if (this.#promotion !== undefined) this.#guard.promoted(version, this.#promotion.at);
      return false;
    }
    const isDone = typeof error.details?.production === 'number' && error.details.production !== version;
    if (isDone) {
      log('info', `production of ${model} was moved away from version ${version} already`);
      return true;
    }
    log('error', `version ${version} of ${model} keeps failing and cannot be rolled back: ${error.message}`);
    const message = `${model}: version ${version} keeps failing, and there is no earlier version to go back to.`;
    alerts.raise({ kind: 'rollback-impossible', model, message, details: { version, ...evidence } });
    return false;
  }
}
