import { deleteRun } from '../../tracking/find-run.js';
import type { CommandContext, Outcome } from '../command.js';
import { runDocument } from '../documents.js';
import type { RunOption } from './show.js';

export async function run(options: RunOption, context: CommandContext): Promise<Outcome<RunChangeDocument>> {
  const deleted = await deleteRun(await context.store(), options.run, context.now);
  return { result: { run: runDocument(deleted), change: 'deleted' } };
}

export interface RunChangeDocument {
  readonly run: ReturnType<typeof runDocument>;
  readonly change: 'deleted' | 'restored';
}
