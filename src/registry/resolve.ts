import { MlxError } from '../errors.js';
import type { ModelState, ModelVersion } from '../store/registry-records.js';
import type { Store } from '../store/store.js';
import { suggest } from '../suggest.js';
import { checkModelName, parseModelReference } from './names.js';

/**
 * The version that a reference means: `churn` its production version, `churn/3` number 3,
 * `churn@latest` the highest number, `churn@staging` (or any stage) the highest number in that stage,
 * `churn@alias` where the alias points.
 * Errors: NAME_INVALID; MODEL_NOT_FOUND with what there is instead.
 */
export async function resolveModel(store: Store, ref: string): Promise<ModelVersion> {
  const reference = parseModelReference(ref);
  const versions = await requireModel(store, reference.name);
  switch (reference.kind) {
    case 'version':
      return requireNumber(versions, reference.name, reference.version);
    case 'label':
      return requireLabel(versions, reference.name, reference.label);
    case 'production': {
      const version = versions.find(({ stage }) => stage === 'production');
      if (version !== undefined) return version;
      const latest = versions.at(-1)?.version ?? 1;
      throw new MlxError('MODEL_NOT_FOUND', `Model ${reference.name} has no version in production.`, {
        hint: `Promote one (\`mlx promote ${reference.name}/${latest} production\`), or name a version: ${reference.name}/${latest}.`,
        details: { model: reference.name, versions: versions.map(({ version: number }) => number) },
      });
    }
  }
}

/** All versions of a model, ascending; never empty. Errors: NAME_INVALID, MODEL_NOT_FOUND. */
export async function requireModel(store: Store, name: string): Promise<readonly ModelVersion[]> {
  checkModelName(name);
  const versions = await store.registry.versions(name);
  if (versions.length > 0) return versions;
  const names = await store.registry.modelNames();
  const near = suggest(name, names);
  let hint = 'See the models with `mlx models list`.';
  if (names.length === 0) hint = 'No model is registered yet; `mlx register` makes one.';
  else if (near !== undefined) hint = `Did you mean ${near}?`;
  throw new MlxError('MODEL_NOT_FOUND', `There is no model ${name}.`, {
    hint,
    details: { model: name, candidates: near === undefined ? [] : [near] },
  });
}

/** One version by its number. Errors: NAME_INVALID, MODEL_NOT_FOUND. */
export async function requireVersion(store: Store, name: string, version: number): Promise<ModelVersion> {
  return requireNumber(await requireModel(store, name), name, version);
}

/** A version that is known to exist, as it is in a state. */
export function presentVersion(state: ModelState, version: number): ModelVersion {
  return requireNumber(state.versions, state.name, version);
}

function requireNumber(versions: readonly ModelVersion[], name: string, version: number): ModelVersion {
  const found = versions.find((candidate) => candidate.version === version);
  if (found !== undefined) return found;
  const latest = versions.at(-1)?.version ?? 0;
  throw new MlxError('MODEL_NOT_FOUND', `Model ${name} has no version ${version}.`, {
    hint: `Its versions are 1 to ${latest}.`,
    details: { model: name, version, latest },
  });
}

function requireLabel(versions: readonly ModelVersion[], name: string, label: string): ModelVersion {
  const newestFirst = versions.toReversed();
  const found =
    label === 'latest'
      ? newestFirst[0]
      : newestFirst.find(({ stage, aliases }) => stage === label || aliases.includes(label));
  if (found !== undefined) return found;
  const labels = new Set(versions.flatMap(({ stage, aliases }) => [stage, ...aliases]));
  const near = suggest(label, [...labels]);
  throw new MlxError('MODEL_NOT_FOUND', `Model ${name} has no version at @${label}.`, {
    hint:
      near === undefined ? `There is: ${[...labels].sort().join(', ')}.` : `Did you mean ${name}@${near}?`,
    details: { model: name, label, labels: [...labels].sort() },
  });
}
