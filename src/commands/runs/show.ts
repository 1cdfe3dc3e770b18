import { findRun } from '../../tracking/find-run.js';
import type { CommandContext, Outcome } from '../command.js';
import { type RunDocument, runDocument } from '../documents.js';

export interface RunOption {
  readonly run: string;
}

export interface RunShowDocument {
  readonly run: RunDocument;
}

export async function run(options: RunOption, context: CommandContext): Promise<Outcome<RunShowDocument>> {
  const found = await findRun(await context.store(), options.run);
  return { result: { run: runDocument(found) } };
}
