import { listModels, listVersions, type ModelSummary } from '../../registry/list-models.js';
import type { CommandContext, Outcome } from '../command.js';
import { type VersionDocument, versionDocument } from '../documents.js';

export interface ModelsListOptions {
  readonly model?: string;
}

export type ModelsListDocument =
  | { readonly models: readonly ModelDocument[] }
  | { readonly model: string; readonly versions: readonly VersionDocument[] };

export type ModelDocument = ReturnType<typeof modelDocument>;

export async function run(
  options: ModelsListOptions,
  context: CommandContext,
): Promise<Outcome<ModelsListDocument>> {
  const store = await context.store();
  if (options.model === undefined)
    return { result: { models: (await listModels(store)).map(modelDocument) } };
  const versions = await listVersions(store, options.model);
  return { result: { model: options.model, versions: versions.map(versionDocument) } };
}

function modelDocument(summary: ModelSummary) {
  return {
    name: summary.name,
    versions: summary.versions,
    latest: summary.latest,
    production: summary.production,
    staging: summary.staging,
    aliases: summary.aliases,
    created_at: summary.createdAt,
    updated_at: summary.updatedAt,
  };
}
