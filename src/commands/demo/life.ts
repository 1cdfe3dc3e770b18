import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readTable } from '../../data/read.js';
import { registerFile } from '../../modeling/register-file.js';
import { registerRun } from '../../modeling/register-run.js';
import type { ModelingSpec } from '../../modeling/spec.js';
import { type TrainedRun, trainRun } from '../../modeling/train-run.js';
import { detectDrift } from '../../monitoring/drift.js';
import { parseBaseline } from '../../monitoring/parse-baseline.js';
import { history } from '../../registry/history.js';
import { promote } from '../../registry/promote.js';
import { startAbtest, stopAbtest } from '../../rollout/abtest.js';
import { reportAbtest } from '../../rollout/abtest-report.js';
import { ScoringModel } from '../../scoring/model.js';
import { type RunningServer, startServer } from '../../serving/server.js';
import { createRandom } from '../../stats/random.js';
import type { ModelVersion } from '../../store/registry-records.js';
import type { Store } from '../../store/store.js';
import type { CommandContext } from '../command.js';
import { metricsDocument } from '../documents.js';
import { DemoClient } from './client.js';
import { makeFailingRelease } from './failing-release.js';
import type { Subscriber } from './subscribers.js';

export const DEMO_MODEL = 'churn';
const TREES = 60;
const ABTEST_REQUESTS = 1000;

export type DemoSteps = Awaited<ReturnType<DemoLife['live']>>;

/** The whole life, through the very code that the commands run. */
export class DemoLife {
  readonly #store: Store;
  readonly #dir: string;
  readonly #seed: number;
  readonly #context: CommandContext;

  constructor(store: Store, dir: string, seed: number, context: CommandContext) {
    this.#store = store;
    this.#dir = dir;
    this.#seed = seed;
    this.#context = context;
  }

  async live(may: readonly Subscriber[], later: readonly Subscriber[]) {
    const first = await this.#release('train.csv', 'test.csv', 'first release');
    const alerts: string[] = [];
    const server = await this.#serve(alerts);
    try {
      const client = new DemoClient(server.url);
      const traffic = await this.#step('serving 300 predictions and bringing their labels back', () =>
        client.predictAndLabel(may.slice(0, 300)),
      );
      const quiet = await this.#drift(first.version, 'may.csv');
      const found = await this.#drift(first.version, 'later.csv');
      const second = await this.#train('later_train.csv', 'later_test.csv');
      const candidate = await registerRun(
        this.#store,
        DEMO_MODEL,
        second.run,
        this.#registrant('retrained on the later data'),
      );
      const abtest = await this.#abtest(client, candidate, later);
      await this.#promote(candidate.version, `A/B test: ${abtest.verdict}`);
      const rollback = await this.#failingRelease(client, second, later, alerts);
      return {
        train: {
          run: first.trained.run.name,
          metrics: metricsDocument(first.trained.metrics),
          certified: true,
        },
        serve: traffic,
        drift: { may: quiet, later: found },
        retrain: { run: second.run.name, metrics: metricsDocument(second.metrics) },
        abtest,
        rollback,
      };
    } finally {
      await server.close();
    }
  }

  async #release(
    data: string,
    test: string,
    reason: string,
  ): Promise<{ trained: TrainedRun; version: ModelVersion }> {
    const trained = await this.#train(data, test);
    const version = await registerRun(this.#store, DEMO_MODEL, trained.run, this.#registrant(reason));
    await this.#promote(version.version, reason);
    return { trained, version };
  }

  async #train(data: string, test: string): Promise<TrainedRun> {
    const spec: ModelingSpec = {
      data: join(this.#dir, data),
      test: join(this.#dir, test),
      target: 'churned',
      drop: [],
      task: 'auto',
      timeFormats: {},
      testShare: 0.2,
      split: 'auto',
      algorithm: 'random-forest',
      params: { n_estimators: TREES, min_samples_leaf: 5 },
      recipe: {},
      seed: this.#seed,
      workers: undefined,
      experiment: 'demo',
      tags: { made_up: 'true' },
    };
    const { now, version, signal } = this.#context;
    return this.#step(`training a forest of ${TREES} trees on ${data}`, () =>
      trainRun(spec, { store: this.#store, now, version, cwd: this.#dir, signal, onEvent: () => {} }),
    );
  }

  async #promote(version: number, reason: string): Promise<void> {
    const { actor, now } = this.#context;
    await promote(this.#store, { name: DEMO_MODEL, version, stage: 'production', reason, actor, now });
  }

  async #serve(alerts: string[]): Promise<RunningServer> {
    const { now, actor, version } = this.#context;
    const random = createRandom(this.#seed, 3);
    return startServer({
      store: this.#store,
      models: [DEMO_MODEL],
      now,
      random: () => random.next(),
      log: () => {},
      alert: (alert) => {
        alerts.push(alert.message);
      },
      actor,
      version,
      port: 0,
      limits: { pollMs: 25 },
    });
  }

  async #drift(version: ModelVersion, file: string) {
    return this.#step(`looking for drift in ${file}`, async () => {
      const model = await ScoringModel.open(await this.#store.artifacts.read(version.sha256));
      const baseline = parseBaseline(model.baseline);
      await model.release();
      const schema = { version: 1 as const, rows: 0, columns: model.manifest.columns };
      const { table } = await readTable(join(this.#dir, file), { schema });
      const { verdict, drifted_columns, summary } = detectDrift(
        baseline as NonNullable<typeof baseline>,
        table,
      );
      return { verdict, drifted_columns, summary };
    });
  }

  async #abtest(client: DemoClient, candidate: ModelVersion, later: readonly Subscriber[]) {
    const { actor, now } = this.#context;
    return this.#step('A/B test: the retrained version gets half of the later traffic', async () => {
      const started = await startAbtest(this.#store, {
        model: DEMO_MODEL,
        treatment: candidate.version,
        ratio: 0.5,
        salt: `demo-${this.#seed}`,
        actor,
        now,
      });
      await client.compareArms(later.slice(0, ABTEST_REQUESTS));
      const test = await stopAbtest(this.#store, { ref: started.id, reason: 'enough labels', actor, now });
      const report = await reportAbtest(this.#store, test);
      const { verdict, control, treatment, difference } = report;
      return {
        verdict,
        control: { version: control.version, labelled: control.labelled, metric: control.metric },
        treatment: { version: treatment.version, labelled: treatment.labelled, metric: treatment.metric },
        difference,
      };
    });
  }

  /** A hand-made release that fails on the region that is new; its failures take production back. */
  async #failingRelease(
    client: DemoClient,
    second: TrainedRun,
    later: readonly Subscriber[],
    alerts: readonly string[],
  ) {
    return this.#step('a hand-made release fails on live traffic', async () => {
      const path = join(this.#dir, 'hand_made.onnx');
      const likeFirst = await this.#manifestWithoutIslands(second);
      await writeFile(path, makeFailingRelease(likeFirst, this.#context.version));
      const registrant = this.#registrant('rates by region, written by hand');
      const release = await registerFile(this.#store, DEMO_MODEL, path, {
        ...registrant,
        allowUncertified: true,
      });
      await this.#promote(release.version, 'quick fix of the rates');
      await client.waitForVersion(release.version, later[0] as Subscriber);
      const failures = await client.failUntilRollback(later, release.version);
      const events = await history(this.#store, DEMO_MODEL);
      const event = events.findLast(({ kind }) => kind === 'rolled-back');
      return {
        release: release.version,
        failed_requests: failures,
        reason: event?.reason ?? null,
        alerts: [...alerts],
      };
    });
  }

  /** The columns of the retrained model, with the regions that somebody knew by heart. */
  async #manifestWithoutIslands(second: TrainedRun) {
    const { manifest } = second.model;
    const columns = manifest.columns.map((column) =>
      column.name === 'region'
        ? { ...column, levels: (column.levels ?? []).filter((level) => level !== 'islands') }
        : column,
    );
    return { ...manifest, columns };
  }

  #registrant(description: string) {
    return { actor: this.#context.actor, now: this.#context.now, description };
  }

  async #step<T>(text: string, work: () => Promise<T>): Promise<T> {
    this.#context.signal.throwIfAborted();
    const progress = this.#context.progress(text);
    try {
      const result = await work();
      progress.done(text);
      return result;
    } catch (error) {
      progress.fail(text);
      throw error;
    }
  }
}
