import { MlxError, toMlxError } from '../errors.js';
import type { Store } from '../store/store.js';
import { didYouMean } from '../suggest.js';
import type { CircuitState } from './circuit-breaker.js';
import { Deployment, type DeploymentParts } from './deployment.js';
import type { ServerLog } from './options.js';
import type { VersionFailure } from './peers.js';

/** A served reference, as a caller of the server sees it. */
export interface ServedModel {
  readonly reference: string;
  readonly name: string;
  /** The version that answers; null while there is none. */
  readonly version: number | null;
  /** What is wrong; null when nothing is. */
  readonly problem: string | null;
  /** Whether that version is asked; null while there is none. */
  readonly circuit: CircuitState | null;
}

/** All served references, and the look at the registry that keeps them up to date. */
export class Catalog {
  readonly deployments: readonly Deployment[];
  readonly #store: Store;
  readonly #log: ServerLog;
  #timer: NodeJS.Timeout | undefined;
  #seen: number | undefined;
  #isLooking = false;

  /** @throws MlxError NAME_INVALID for a reference that is none, USAGE without any */
  constructor(references: readonly string[], parts: DeploymentParts) {
    if (references.length === 0) {
      throw new MlxError('USAGE', 'No model is named.', { hint: 'Name at least one model to serve.' });
    }
    this.#store = parts.store;
    this.#log = parts.log;
    this.deployments = [...new Set(references)].map((text) => new Deployment(text, parts));
  }

  get models(): readonly ServedModel[] {
    return this.deployments.map((deployment) => ({
      reference: deployment.text,
      name: deployment.name,
      version: deployment.current?.record.version ?? null,
      problem: deployment.problem?.message ?? null,
      circuit: deployment.current?.breaker.state ?? null,
    }));
  }

  /** The deployment that answers requests which name no model; undefined where several are served. */
  get only(): Deployment | undefined {
    return this.deployments.length === 1 ? this.deployments[0] : undefined;
  }

  /** True when every reference has a version that answers. */
  get isReady(): boolean {
    return this.deployments.every(({ current }) => current !== undefined);
  }

  /**
   * The deployment of that reference or model name; without one the only one.
   * @throws MlxError MODEL_NOT_FOUND, REQUEST_INVALID when several are served and none is named
   */
  find(name: string | undefined): Deployment {
    const { only } = this;
    if (name === undefined && only !== undefined) return only;
    const known = this.deployments.map(({ text }) => text);
    if (name === undefined) {
      throw new MlxError('REQUEST_INVALID', 'Several models are served; the request must name one.', {
        hint: `Give "model", one of: ${known.join(', ')}.`,
        details: { field: 'model', models: known },
      });
    }
    const found =
      this.deployments.find(({ text }) => text === name) ??
      this.deployments.find((deployment) => deployment.name === name);
    if (found !== undefined) return found;
    throw new MlxError('MODEL_NOT_FOUND', `No model ${JSON.stringify(name.slice(0, 80))} is served here.`, {
      hint: didYouMean(name, known),
      details: { field: 'model' },
    });
  }

  /** Counts a failure that another process of this server has seen. */
  async heard(failure: VersionFailure): Promise<void> {
    const concerned = this.deployments.filter(({ name }) => name === failure.model);
    await Promise.all(concerned.map((deployment) => deployment.heard(failure)));
  }

  /** Looks at the registry now, and from now on every `pollMs` milliseconds. */
  async follow(pollMs: number): Promise<void> {
    await this.look();
    this.#timer = setInterval(() => void this.look(), pollMs);
  }

  /** Refreshes what the registry has changed since the last look. */
  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const counter = await this.#store.changeCounter();
      const hasChanged = counter !== this.#seen;
      this.#seen = counter;
      await Promise.all(
        this.deployments
          .filter(({ isBehind }) => hasChanged || isBehind)
          .map((deployment) => deployment.refresh()),
      );
    } catch (error) {
      this.#log('error', `the registry cannot be read: ${toMlxError(error).message}`);
    } finally {
      this.#isLooking = false;
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.deployments.map((deployment) => deployment.close()));
  }
}
