import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { resolveModel } from '../registry/resolve.js';
import { ScoringModel } from '../scoring/model.js';
import type { ModelVersion } from '../store/registry-records.js';
import type { CommandContext } from './command.js';

/** A model that a command works with, and the version it is, when it comes from the registry. */
export interface OpenedModel {
  readonly model: ScoringModel;
  readonly version: ModelVersion | null;
  /** `churn/3`, or the path of the file. */
  readonly label: string;
  /** The model file once more. */
  readonly readBytes: () => Promise<Uint8Array>;
}

/** `model.onnx`, `./m`, `/models/m`, `.mlx/artifacts/…`: a file, not a name. */
export const LOOKS_LIKE_PATH = /^[./]|\.onnx$/;

/** Opens what `--model` names: `churn`, `churn@staging`, `churn/3`, or the path of an `.onnx` file. */
export async function openModel(context: CommandContext, ref: string, threads: number): Promise<OpenedModel> {
  const path = resolve(context.cwd, ref);
  if (LOOKS_LIKE_PATH.test(ref) && existsSync(path)) {
    const model = await ScoringModel.open(path, { threads });
    return { model, version: null, label: ref, readBytes: () => readFile(path) };
  }
  const store = await context.store();
  const version = await resolveModel(store, ref);
  const readBytes = () => store.artifacts.read(version.sha256);
  return {
    model: await ScoringModel.open(await readBytes(), { threads }),
    version,
    label: `${version.name}/${version.version}`,
    readBytes,
  };
}
