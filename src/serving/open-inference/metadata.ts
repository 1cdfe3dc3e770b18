import type { ModelVersion } from '../../store/registry-records.js';
import type { Core } from '../core.js';
import type { LoadedVersion } from '../loaded-version.js';
import { inputSpecs, outputSpecs } from './specs.js';
import type { TensorSpec } from './tensor.js';

export interface ServerMetadata {
  readonly name: string;
  readonly version: string;
  readonly extensions: readonly string[];
}

export interface ModelMetadata {
  readonly name: string;
  readonly versions: readonly string[];
  readonly platform: string;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

export function serverMetadata({ version }: Core): ServerMetadata {
  return { name: 'mlx', version, extensions: ['binary_tensor_data', 'classification'] };
}

export function isServerReady({ catalog, isDraining }: Core): boolean {
  return catalog.isReady && !isDraining;
}

/** @param registered the model's versions; all but archived ones are named, for each can be asked for */
export function modelMetadata(
  { record, model }: LoadedVersion,
  registered: readonly ModelVersion[],
): ModelMetadata {
  const versions = registered
    .filter(({ stage, version }) => stage !== 'archived' || version === record.version)
    .map(({ version }) => String(version));
  return {
    name: record.name,
    versions,
    platform: 'onnx_onnxv1',
    inputs: inputSpecs(model.manifest),
    outputs: outputSpecs(model.manifest),
  };
}
