import type { ColumnSchema } from '../../data/schema.js';
import { type Core, withLease } from '../core.js';
import type { Deployment, Lease } from '../deployment.js';
import { exampleRow } from '../openapi/example.js';

/**
 * What the page needs to make a form: the served models, and of one of them its versions and the columns of one version.
 * @param version null for the version that answers
 * @throws MlxError MODEL_NOT_FOUND and what leasing throws
 */
export async function formSchema(core: Core, model: string | null, version: number | null): Promise<object> {
  const { deployments } = core.catalog;
  const [first] = deployments;
  const deployment = core.catalog.find(model ?? first?.text);
  const lease = await deployment.lease(version === null ? {} : { version });
  return withLease(lease, async () => ({
    models: deployments.map(({ text }) => text),
    model: deployment.text,
    served_version: deployment.current?.record.version ?? null,
    versions: await versionsOf(core, deployment),
    ...describe(lease),
  }));
}

async function versionsOf(core: Core, { name }: Deployment): Promise<readonly object[]> {
  const versions = await core.store.registry.versions(name);
  return versions
    .toReversed()
    .map(({ version, stage, aliases }) => ({ version, labels: [stage, ...aliases] }));
}

function describe({ loaded }: Lease): object {
  const { task, algorithm, classes, target } = loaded.model.manifest;
  const { columns } = loaded.decoder;
  return {
    version: loaded.record.version,
    task,
    algorithm,
    target: target?.name ?? null,
    classes,
    columns: columns.map(columnOf),
    example: exampleRow(columns),
  };
}

function columnOf({ name, type, levels, unique, min, max, missing, timeFormat }: ColumnSchema): object {
  // A list of levels that was cut is no choice of all.
  const isWhole = levels !== undefined && levels.length >= unique;
  return {
    name,
    type,
    levels: levels ?? null,
    has_all_levels: isWhole,
    min,
    max,
    missing,
    time_format: timeFormat,
  };
}
