import type { Promotion } from '#mlx/registry/promote.js';
import { promote } from '#mlx/registry/promote.js';
import type { PromotionSpec } from '#mlx/registry/promotion-plan.js';
import type { ModelVersion } from '#mlx/registry/records.js';
import { registerVersion, type VersionSpec } from '#mlx/registry/register.js';
import type { Store } from '#mlx/store/store.js';
import { clock } from '../store/temporary-store.js';

/** A model of a test: `add` registers its next version, `move` promotes one. */
export function testModel(store: Store, name = 'churn', now = clock()) {
  return {
    now,
    async add(spec: Partial<VersionSpec> = {}): Promise<ModelVersion> {
      const { sha256 } = await store.artifacts.putBytes(Buffer.from(`${name} ${JSON.stringify(spec)}`));
      const facts = { task: 'classification', metrics: { roc_auc: 0.8 }, certified: true } as const;
      return registerVersion(store, { name, sha256, ...facts, source: 'run', actor: 'ann', now, ...spec });
    },
    async move(
      version: number,
      stage: PromotionSpec['stage'] = 'production',
      spec: Partial<PromotionSpec> = {},
    ): Promise<Promotion> {
      return promote(store, { name, version, stage, reason: null, actor: 'ann', now, ...spec });
    },
  };
}

/** Stages by version, such as `1:archived 2:production`. */
export async function stagesOf(store: Store, name = 'churn'): Promise<string> {
  const versions = await store.registry.versions(name);
  return versions.map(({ version, stage }) => `${version}:${stage}`).join(' ');
}
