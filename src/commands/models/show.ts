import { resolveModel } from '../../registry/resolve.js';
import type { CommandContext, Outcome } from '../command.js';
import { type VersionDocument, versionDocument } from '../documents.js';

export interface ModelOption {
  readonly model: string;
}

export interface ModelShowDocument {
  readonly version: VersionDocument;
  readonly path: string;
}

export async function run(
  options: ModelOption,
  context: CommandContext,
): Promise<Outcome<ModelShowDocument>> {
  const store = await context.store();
  const version = await resolveModel(store, options.model);
  return { result: { version: versionDocument(version), path: store.artifacts.pathOf(version.sha256) } };
}
