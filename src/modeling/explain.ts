import type { Table } from '../data/table.js';
import { MlxError } from '../errors.js';
import { inspectModel, readMetadata } from '../onnx/inspect.js';
import { cutModel } from '../onnx/read-graph.js';
import { ModelSession } from '../onnx/session.js';
import { feedsOf } from '../scoring/feeds.js';
import { type Manifest, METADATA, parseManifest } from '../scoring/manifest.js';
import { scoreTrees, type TreeEnsemble } from '../training/ensemble.js';
import { contributionsBySource } from '../training/explain/by-source.js';
import { type Contributions, contributionsOf } from '../training/explain/contributions.js';
import { type LinearScorer, scoreLinear } from '../training/linear-scorer.js';
import type { Matrix } from '../training/matrix.js';
import type { Link } from '../training/model.js';
import { readTrees } from '../training/read-trees.js';
import {
  FEATURES_TENSOR,
  linearScorerOf,
  parseScorerRecord,
  type ScorerRecord,
} from '../training/scorer-record.js';
import { BATCH_ROWS } from './matrix.js';

/** What raw scores and contributions are counted in. */
export type ScoreUnit = 'value' | 'log of the value' | 'probability' | 'log odds' | 'log probability';

/** Contributions of raw columns to the raw scores of some rows; arrays as in Contributions. */
export interface Explanation extends Contributions {
  /** Raw scores, row-major `rows × outputs`: before link and calibration. */
  readonly scores: Float64Array;
}

type ExplainableManifest = Manifest & Required<Pick<Manifest, 'featureSources'>>;

export interface ExplainerOptions {
  /** Threads of ONNX Runtime, for preprocessing. */
  readonly threads?: number;
  /** The scorer of that very file, where it is at hand: reading 100 deep trees takes a second. */
  readonly scorer?: TreeEnsemble | LinearScorer;
}

/** A model file, opened to tell why it predicts what it does. */
export class Explainer {
  readonly manifest: ExplainableManifest;
  readonly scorer: TreeEnsemble | LinearScorer;
  readonly unit: ScoreUnit;
  /** What each raw score stands for: the class whose score it is, or the target. */
  readonly outputs: readonly string[];
  readonly #session: ModelSession;

  private constructor(
    manifest: ExplainableManifest,
    link: Link,
    scorer: TreeEnsemble | LinearScorer,
    session: ModelSession,
  ) {
    this.manifest = manifest;
    this.scorer = scorer;
    this.unit = unitOf(manifest, link);
    this.outputs = outputsOf(manifest);
    this.#session = session;
  }

  /**
   * @param bytes a model file
   * @throws MlxError EXPLANATION_UNAVAILABLE for models from elsewhere and of older versions of mlx; MODEL_INVALID
   */
  static async open(bytes: Uint8Array, { threads = 1, scorer }: ExplainerOptions = {}): Promise<Explainer> {
    const { manifest, record, covers } = readParts(bytes);
    inspectModel(bytes);
    const own =
      scorer ?? (record.kind === 'trees' ? readTrees(bytes, record, covers) : linearScorerOf(record));
    const features = { ref: { name: FEATURES_TENSOR, type: 'float' as const }, dims: ['N', record.columns] };
    const session = await ModelSession.load(cutModel(bytes, features), { threads });
    return new Explainer(manifest, record.link, own, session);
  }

  /** Names of the raw columns, in the order of contributions. */
  get columns(): readonly string[] {
    return this.manifest.columns.map(({ name }) => name);
  }

  /** The feature matrix of a table that holds the manifest's columns by name. */
  async features(table: Table): Promise<Matrix> {
    const { columns } = this.scorer;
    const data = new Float32Array(table.rows * columns);
    for (let start = 0; start < table.rows; start += BATCH_ROWS) {
      const end = Math.min(start + BATCH_ROWS, table.rows);
      const outputs = await this.#session.run(feedsOf(this.manifest, table, start, end));
      const part = outputs[FEATURES_TENSOR];
      if (part?.type !== 'float' || part.data.length !== (end - start) * columns)
        throw new MlxError(
          'MODEL_INVALID',
          'The preprocessing of the model gives another matrix than it should.',
        );
      data.set(part.data, start * columns);
    }
    return { rows: table.rows, columns, data };
  }

  /** How each raw column moved the raw scores of each row. */
  async explain(table: Table): Promise<Explanation> {
    return this.explainFeatures(await this.features(table));
  }

  /** The same for rows whose features are known. */
  explainFeatures(matrix: Matrix): Explanation {
    const byFeature = contributionsOf(this, matrix);
    const byColumn = contributionsBySource(byFeature, this.manifest.featureSources, this.columns.length);
    const { scorer } = this;
    const scores = scorer.kind === 'trees' ? scoreTrees(scorer, matrix) : scoreLinear(scorer, matrix);
    return { ...byColumn, scores };
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

function readParts(bytes: Uint8Array): {
  manifest: ExplainableManifest;
  record: ScorerRecord;
  covers: string | undefined;
} {
  const metadata = readMetadata(bytes);
  const text = metadata[METADATA.manifest];
  if (text === undefined) throw madeElsewhere();
  const manifest = parseManifest(text);
  // Manifests that were derived from a graph name no version.
  if (manifest.mlxVersion === '') throw madeElsewhere();
  const { featureSources } = manifest;
  const record = parseScorerRecord(metadata[METADATA.scorer] ?? '');
  if (featureSources === undefined || record === null || featureSources.length !== record.columns) {
    throw new MlxError(
      'EXPLANATION_UNAVAILABLE',
      'The model file does not hold what explaining needs; it was made by another version of mlx.',
      { hint: 'Train again (`mlx train`, `mlx retrain`) and explain the new version.' },
    );
  }
  return { manifest: { ...manifest, featureSources }, record, covers: metadata[METADATA.covers] };
}

function madeElsewhere(): MlxError {
  return new MlxError(
    'EXPLANATION_UNAVAILABLE',
    'The model was made elsewhere, and mlx cannot look into it.',
    {
      hint: 'Predictions of models that `mlx train` made can be explained.',
    },
  );
}

function unitOf({ task, classes }: Manifest, link: Link): ScoreUnit {
  if (link === 'identity') return task === 'regression' ? 'value' : 'probability';
  if (link === 'exp') return 'log of the value';
  return classes.length === 2 ? 'log odds' : 'log probability';
}

function outputsOf({ task, classes, target }: Manifest): readonly string[] {
  if (task === 'regression') return [target?.name ?? 'prediction'];
  return classes.length === 2 ? classes.slice(1) : classes;
}
