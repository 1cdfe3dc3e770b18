import type { ModelVersion } from '../store/registry-records.js';
import type { Store } from '../store/store.js';
import { requireModel } from './resolve.js';

export interface ModelSummary {
  readonly name: string;
  /** How many versions there are. */
  readonly versions: number;
  readonly latest: number;
  readonly production: number | null;
  /** The highest version in staging. */
  readonly staging: number | null;
  readonly aliases: Readonly<Record<string, number>>;
  /** When the first and the latest version were registered, ISO 8601 UTC. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Every model, sorted by name. */
export async function listModels(store: Store): Promise<ModelSummary[]> {
  const byName = new Map<string, ModelVersion[]>();
  for (const version of await store.registry.versions()) {
    const group = byName.get(version.name);
    if (group === undefined) byName.set(version.name, [version]);
    else group.push(version);
  }
  return [...byName].flatMap(([name, versions]) => summarise(name, versions));
}

/** The versions of a model, newest first. Errors: MODEL_NOT_FOUND. */
export async function listVersions(store: Store, name: string): Promise<ModelVersion[]> {
  return (await requireModel(store, name)).toReversed();
}

function summarise(name: string, versions: readonly ModelVersion[]): ModelSummary[] {
  const first = versions[0];
  const latest = versions.at(-1);
  if (first === undefined || latest === undefined) return [];
  const inStage = (stage: string) => versions.findLast((version) => version.stage === stage)?.version ?? null;
  return [
    {
      name,
      versions: versions.length,
      latest: latest.version,
      production: inStage('production'),
      staging: inStage('staging'),
      aliases: Object.fromEntries(
        versions.flatMap(({ aliases, version }) => aliases.map((alias) => [alias, version])),
      ),
      createdAt: first.createdAt,
      updatedAt: latest.createdAt,
    },
  ];
}
