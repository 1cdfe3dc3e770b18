import { restoreRun } from '../../tracking/find-run.js';
import type { CommandContext, Outcome } from '../command.js';
import { runDocument } from '../documents.js';
import type { RunChangeDocument } from './delete.js';
import type { RunOption } from './show.js';

export async function run(options: RunOption, context: CommandContext): Promise<Outcome<RunChangeDocument>> {
  const restored = await restoreRun(await context.store(), options.run);
  return { result: { run: runDocument(restored), change: 'restored' } };
}
