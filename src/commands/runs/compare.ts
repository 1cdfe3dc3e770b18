import { MlxError } from '../../errors.js';
import { type Comparison, compareRuns } from '../../tracking/compare-runs.js';
import { findRun } from '../../tracking/find-run.js';
import type { CommandContext, Outcome } from '../command.js';

export interface RunsCompareOptions {
  readonly run: readonly string[];
}

export async function run(
  options: RunsCompareOptions,
  context: CommandContext,
): Promise<Outcome<Comparison>> {
  if (options.run.length < 2) throw new MlxError('USAGE', 'Two or more runs are needed to compare.');
  const store = await context.store();
  const runs = await Promise.all(options.run.map((ref) => findRun(store, ref)));
  return { result: compareRuns(runs) };
}
