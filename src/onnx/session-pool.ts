import { createHash } from 'node:crypto';
import { ModelSession } from './session.js';

export interface SessionPoolOptions {
  /** Sessions kept although nobody uses them; the most recently used ones. */
  readonly idleSessions: number;
}

interface Entry {
  readonly loading: Promise<ModelSession>;
  users: number;
}

/**
 * Sessions by the model's SHA-256 and the number of threads, each loaded once however many ask, and released when
 * nobody uses it any more, but for the few that are kept idle. Loading takes a second per 40 MB.
 */
export class SessionPool {
  readonly #options: SessionPoolOptions;
  readonly #entries = new Map<string, Entry>();
  /** Least recently used first. */
  readonly #idle = new Set<string>();
  #isClosed = false;

  constructor(options: SessionPoolOptions) {
    this.#options = options;
  }

  /** How many sessions are in memory. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * A session of the model; its `release` gives it back.
   * @throws MlxError MODEL_INVALID when ONNX Runtime cannot load it
   */
  async lease(bytes: Uint8Array, threads: number): Promise<ModelSession> {
    const key = `${createHash('sha256').update(bytes).digest('hex')}/${threads}`;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { loading: ModelSession.load(bytes, { threads }), users: 0 };
      this.#entries.set(key, entry);
    }
    entry.users++;
    this.#idle.delete(key);
    try {
      const session = await entry.loading;
      return session.shared(() => this.#giveBack(key));
    } catch (error) {
      // What cannot be loaded is tried again when it is asked for again.
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
      throw error;
    }
  }

  /** Releases what is idle, and from now on every session as soon as it is given back. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#idle].map((key) => this.#drop(key)));
  }

  async #giveBack(key: string): Promise<void> {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.users--;
    if (entry.users > 0) return;
    this.#idle.add(key);
    const kept = this.#isClosed ? 0 : this.#options.idleSessions;
    for (const idle of this.#idle) {
      if (this.#idle.size <= kept) return;
      await this.#drop(idle);
    }
  }

  async #drop(key: string): Promise<void> {
    const entry = this.#entries.get(key);
    this.#idle.delete(key);
    this.#entries.delete(key);
    await (await entry?.loading)?.release();
  }
}
