import { ENGINE_VERSION, Engine } from '../engine/engine.js';
import { type EngineModel, readEngineModel } from '../engine/model.js';
import { type MlxError, toMlxError } from '../errors.js';
import { parseCertificate } from '../onnx/certificate.js';
import { type Manifest, METADATA } from './manifest.js';
import type { PackedRows } from './packed-rows.js';
import { joinScores, neededOutputs, readScores, type Scores } from './scores.js';

/** A model that mlx's own engine runs: it answers at once, on the caller's thread. */
export class InlineModel {
  readonly manifest: Manifest;
  readonly #engine: Engine;

  private constructor(engine: Engine, manifest: Manifest) {
    this.#engine = engine;
    this.manifest = manifest;
  }

  /** Null where the engine does not run the model. */
  static of(model: EngineModel, manifest: Manifest): InlineModel | null {
    const engine = Engine.plan(
      model,
      manifest.columns.map(({ name }) => name),
    );
    return engine === null ? null : new InlineModel(engine, manifest);
  }

  /**
   * Scores rows `start` (inclusive) to `end` (exclusive) of a pack.
   * @throws MlxError SCORING_FAILED for a score that is not finite
   */
  scorePacked(packed: PackedRows, start = 0, end = packed.rows): Scores {
    return readScores(this.manifest, this.#engine.run(packed, start, end), end - start);
  }

  /** Scores every row of a pack; where the model fails on one, its scores mean nothing and its error is told. */
  scoreEach(packed: PackedRows): {
    readonly scores: Scores;
    readonly failures: ReadonlyMap<number, MlxError>;
  } {
    const failures = new Map<number, MlxError>();
    try {
      return { scores: this.scorePacked(packed), failures };
    } catch {
      const parts = Array.from({ length: packed.rows }, (_, row) => {
        try {
          return this.scorePacked(packed, row, row + 1);
        } catch (error) {
          failures.set(row, toMlxError(error));
          return noScores(this.manifest);
        }
      });
      return { scores: joinScores(parts), failures };
    }
  }

  /** There is nothing to free. */
  release(): Promise<void> {
    return Promise.resolve();
  }
}

/** Scores of a row that has none. */
function noScores({ task, classes }: Manifest): Scores {
  return task === 'regression'
    ? { task, rows: 1, values: new Float32Array(1) }
    : { task, rows: 1, classes, labels: new Int32Array(1), probabilities: new Float32Array(classes.length) };
}

/** What the engine needs of a model file; null where it does not run it. */
export function engineModelOf(bytes: Uint8Array, manifest: Manifest): EngineModel | null {
  return manifest.input.kind === 'columns' ? readEngineModel(bytes, neededOutputs(manifest)) : null;
}

/** Whether the engine, as it is now, is known to give the scores of ONNX Runtime for the model. */
export function isEngineCertified(metadata: Readonly<Record<string, string>>): boolean {
  return parseCertificate(metadata[METADATA.certificate])?.engine === ENGINE_VERSION;
}
