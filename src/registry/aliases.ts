import { MlxError } from '../errors.js';
import type { ModelState, ModelVersion, NewEvent } from '../store/registry-records.js';
import type { Store } from '../store/store.js';
import { checkAlias } from './names.js';
import { presentVersion, requireModel, requireVersion } from './resolve.js';

export interface AliasSpec {
  readonly name: string;
  readonly alias: string;
  readonly actor: string;
  readonly reason?: string | null | undefined;
  readonly now: () => Date;
}

/**
 * Lets `name@alias` mean that version, moving the alias when it is elsewhere; nothing is recorded
 * when it is there already. Errors: NAME_INVALID, MODEL_NOT_FOUND.
 */
export async function setAlias(
  store: Store,
  spec: AliasSpec & { readonly version: number },
): Promise<ModelVersion> {
  checkAlias(spec.alias);
  await requireVersion(store, spec.name, spec.version);
  const { after } = await store.registry.decide(spec.name, (state) => {
    const holder = holderOf(state, spec.alias);
    if (holder?.version === spec.version) return { events: [] };
    const evidence = { alias: spec.alias, from_version: holder?.version ?? null };
    return { events: [aliasEvent(spec, 'alias-set', spec.version, evidence)] };
  });
  return presentVersion(after, spec.version);
}

/** Takes an alias away; returns the version that had it. Errors: MODEL_NOT_FOUND. */
export async function removeAlias(store: Store, spec: AliasSpec): Promise<ModelVersion> {
  await requireModel(store, spec.name);
  const { after, decision } = await store.registry.decide(spec.name, (state) => {
    const holder = holderOf(state, spec.alias);
    if (holder === undefined) {
      throw new MlxError(
        'MODEL_NOT_FOUND',
        `Model ${spec.name} has no alias ${JSON.stringify(spec.alias)}.`,
        {
          hint: `See \`mlx models show ${spec.name}\`.`,
        },
      );
    }
    const event = aliasEvent(spec, 'alias-removed', holder.version, { alias: spec.alias });
    return { holder: holder.version, events: [event] };
  });
  return presentVersion(after, decision.holder);
}

function holderOf(state: ModelState, alias: string): ModelVersion | undefined {
  return state.versions.find(({ aliases }) => aliases.includes(alias));
}

function aliasEvent(
  spec: AliasSpec,
  kind: 'alias-set' | 'alias-removed',
  version: number,
  evidence: Readonly<Record<string, unknown>>,
): NewEvent {
  return {
    time: spec.now().toISOString(),
    actor: spec.actor,
    kind,
    version,
    fromStage: null,
    toStage: null,
    reason: spec.reason ?? null,
    evidence,
  };
}
