import { featureColumns } from '../data/schema.js';
import type { Manifest } from '../scoring/manifest.js';
import { OUTPUTS } from './assemble.js';
import type { PreparedData } from './prepare.js';

export interface ManifestParts {
  readonly algorithm: string;
  readonly data: PreparedData;
  readonly featureNames: readonly string[];
  readonly runId: string | null;
  /** Of mlx. */
  readonly version: string;
}

/** What a model file says of itself. */
export function manifestOf({ algorithm, data, featureNames, runId, version }: ManifestParts): Manifest {
  const { target, digest, table } = data.train;
  const regression = target.task === 'regression';
  return {
    version: 1,
    mlxVersion: version,
    task: target.task,
    algorithm,
    target: { name: target.name, type: target.type },
    classes: target.classes,
    columns: featureColumns(data.schema),
    input: { kind: 'columns' },
    outputs: {
      label: null,
      probabilities: regression ? null : OUTPUTS.probabilities,
      values: regression ? OUTPUTS.values : null,
    },
    runId,
    dataset: { digest, rows: table.rows },
    featureNames,
  };
}
