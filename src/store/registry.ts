import { MlxError } from '../errors.js';
import { loadRunning, putAbtest } from './abtests.js';
import { canonicalJson } from './canonical-json.js';
import type { Connection } from './connection.js';
import { eventHash, GENESIS_HASH } from './event-chain.js';
import type {
  Decision,
  ModelState,
  ModelVersion,
  NewEvent,
  NewVersion,
  Recorded,
  RegistryEvent,
  Release,
} from './registry-records.js';
import {
  type EventRow,
  parseEvent,
  parseVersion,
  VERSION_COLUMNS,
  type VersionRow,
} from './registry-rows.js';

const EVENT_PAGE = 1000;

/**
 * Models, versions and the event log. There is one way to write: a decision, made from a model's
 * whole state while the write lock is held, whose events move stages and aliases in the same
 * transaction. So two processes never decide from the same state.
 */
export class RegistryRepository {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  /**
   * Loads a model, lets `decide` (pure, synchronous) say what is to happen, and records it, all in one
   * transaction. When `decide` throws, nothing is written.
   */
  async decide<D extends Decision>(model: string, decide: (state: ModelState) => D): Promise<Recorded<D>> {
    return this.#db.write(() => {
      const before = this.#state(model);
      const decision = decide(before);
      const first = decision.events[0];
      if (first === undefined) return { decision, before, after: before, events: [] };
      if (decision.version !== undefined) this.#insertVersion(model, decision.version, first.time);
      const events = decision.events.map((event) => this.#append(model, event));
      if (decision.abtest !== undefined) putAbtest(this.#db, decision.abtest);
      return { decision, before, after: this.#state(model), events };
    });
  }

  async state(model: string): Promise<ModelState> {
    return this.#db.read(() => this.#state(model));
  }

  /** Names of all models, sorted. */
  async modelNames(): Promise<string[]> {
    return this.#db.all<{ name: string }>('SELECT name FROM models ORDER BY name').map((row) => row.name);
  }

  /** Versions of one model, or of all, by name and number. */
  async versions(model?: string): Promise<ModelVersion[]> {
    return this.#db.read(() => this.#versions(model));
  }

  async version(model: string, version: number): Promise<ModelVersion | undefined> {
    const row = this.#db.get<VersionRow>(
      `SELECT ${VERSION_COLUMNS} FROM versions v WHERE v.model = ? AND v.version = ?`,
      model,
      version,
    );
    return row === undefined ? undefined : parseVersion(row);
  }

  /** The event log from event `after` + 1 on, at most 1000 events; errors: STORE_CORRUPT. */
  async eventPage(after: number): Promise<RegistryEvent[]> {
    return this.#db
      .all<EventRow>('SELECT * FROM events WHERE seq > ? ORDER BY seq LIMIT ?', after, EVENT_PAGE)
      .map(parseEvent);
  }

  async events(model: string): Promise<RegistryEvent[]> {
    return this.#db.read(() => this.#events(model));
  }

  /**
   * What has come into production or was rolled back from it, oldest first: of the events of a model the few that say what
   * is served, without what they were decided on.
   */
  async releases(model: string): Promise<Release[]> {
    return this.#db.all<Release>(
      `SELECT time, kind, version, to_stage AS toStage FROM events
       WHERE model = ? AND (to_stage = 'production' OR kind = 'rolled-back') ORDER BY seq`,
      model,
    );
  }

  #state(model: string): ModelState {
    return {
      name: model,
      versions: this.#versions(model),
      events: this.#events(model),
      runningAbtest: loadRunning(this.#db, model),
    };
  }

  #versions(model?: string): ModelVersion[] {
    const columns = `SELECT ${VERSION_COLUMNS} FROM versions v`;
    const rows =
      model === undefined
        ? this.#db.all<VersionRow>(`${columns} ORDER BY v.model, v.version`)
        : this.#db.all<VersionRow>(`${columns} WHERE v.model = ? ORDER BY v.version`, model);
    return rows.map(parseVersion);
  }

  #events(model: string): RegistryEvent[] {
    return this.#db.all<EventRow>('SELECT * FROM events WHERE model = ? ORDER BY seq', model).map(parseEvent);
  }

  #insertVersion(model: string, version: NewVersion, time: string): void {
    this.#db.run('INSERT INTO models (name, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING', model, time);
    this.#db.run(
      `INSERT INTO versions (model, version, sha256, run_id, task, metrics, test_digest, certified, source,
         description, created_at, created_by, details, stage)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'none')`,
      model,
      version.version,
      version.sha256,
      version.runId,
      version.task,
      JSON.stringify(version.metrics),
      version.testDigest,
      version.certified ? 1 : 0,
      version.source,
      version.description,
      version.createdAt,
      version.createdBy,
      JSON.stringify(version.details),
    );
  }

  #append(model: string, event: NewEvent): RegistryEvent {
    const last = this.#db.get<{ seq: number; hash: string }>(
      'SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1',
    );
    const chained = { ...event, model, seq: (last?.seq ?? 0) + 1, prevHash: last?.hash ?? GENESIS_HASH };
    const hash = eventHash(chained);
    this.#apply(chained);
    this.#db.run(
      `INSERT INTO events (seq, time, actor, kind, model, version, from_stage, to_stage, reason, evidence, prev_hash, hash)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      chained.seq,
      chained.time,
      chained.actor,
      chained.kind,
      model,
      chained.version,
      chained.fromStage,
      chained.toStage,
      chained.reason,
      canonicalJson(chained.evidence),
      chained.prevHash,
      hash,
    );
    return { ...chained, hash };
  }

  /** Derives the present from the event: the version's stage, or where an alias points. */
  #apply(event: NewEvent & { readonly model: string }): void {
    if (event.toStage !== null) {
      const sql = 'UPDATE versions SET stage = ? WHERE model = ? AND version = ?';
      this.#db.run(sql, event.toStage, event.model, event.version);
    }
    if (event.kind === 'alias-set') {
      this.#db.run(
        'INSERT OR REPLACE INTO aliases (model, alias, version) VALUES (?, ?, ?)',
        event.model,
        aliasOf(event),
        event.version,
      );
    } else if (event.kind === 'alias-removed') {
      this.#db.run('DELETE FROM aliases WHERE model = ? AND alias = ?', event.model, aliasOf(event));
    }
  }
}

function aliasOf(event: NewEvent): string {
  const alias = event.evidence.alias;
  if (typeof alias === 'string') return alias;
  throw new MlxError('INTERNAL', `A registry event of kind ${event.kind} names no alias.`);
}
