import type { EngineModel } from '../engine/model.js';
import { readMetadata } from '../onnx/inspect.js';
import { engineModelOf, InlineModel, isEngineCertified } from './inline-model.js';
import { METADATA, parseManifest } from './manifest.js';
import { ScoringModel } from './model.js';

/** A model that scores packs: in ONNX Runtime, or in mlx's own engine. */
export type ServableModel = ScoringModel | InlineModel;

export interface OpenedModel {
  readonly model: ServableModel;
  /** What another thread needs to run the model in the engine as well; null where ONNX Runtime runs it. */
  readonly engine: EngineModel | null;
}

/**
 * Opens a model in mlx's own engine where the model's certificate says that it gives the same scores, else in ONNX Runtime.
 * @param sha256 of the bytes, which were checked against it
 * @throws MlxError MODEL_INVALID
 */
export async function openServable(bytes: Uint8Array, sha256: string): Promise<OpenedModel> {
  const metadata = readMetadata(bytes);
  if (isEngineCertified(metadata)) {
    const manifest = parseManifest(metadata[METADATA.manifest] ?? '');
    const engine = engineModelOf(bytes, manifest);
    const model = engine === null ? null : InlineModel.of(engine, manifest);
    if (model !== null) return { model, engine };
  }
  return { model: await ScoringModel.open(bytes, { sha256 }), engine: null };
}
