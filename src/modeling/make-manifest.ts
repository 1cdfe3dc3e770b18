import { featureColumns } from '../data/schema.js';
import type { FittedPipeline } from '../features/pipeline.js';
import { featureSources } from '../features/sources.js';
import type { Manifest } from '../scoring/manifest.js';
import { OUTPUTS } from './assemble.js';
import type { PreparedData } from './prepare.js';

export interface ManifestParts {
  readonly algorithm: string;
  readonly data: PreparedData;
  readonly pipeline: FittedPipeline;
  /** Of two classes: see Manifest. */
  readonly threshold?: number | undefined;
  readonly runId: string | null;
  /** Of mlx. */
  readonly version: string;
}

/** What a model file says of itself. */
export function manifestOf(parts: ManifestParts): Manifest {
  const { algorithm, data, pipeline, threshold, runId, version } = parts;
  const { target, digest, table } = data.train;
  const columns = featureColumns(data.schema);
  const regression = target.task === 'regression';
  return {
    version: 1,
    mlxVersion: version,
    task: target.task,
    algorithm,
    target: { name: target.name, type: target.type },
    classes: target.classes,
    columns,
    ...(threshold === undefined ? {} : { threshold }),
    input: { kind: 'columns' },
    outputs: {
      label: null,
      probabilities: regression ? null : OUTPUTS.probabilities,
      values: regression ? OUTPUTS.values : null,
    },
    runId,
    dataset: { digest, rows: table.rows },
    featureNames: pipeline.features,
    featureSources: featureSources(
      pipeline,
      columns.map(({ name }) => name),
    ),
  };
}
