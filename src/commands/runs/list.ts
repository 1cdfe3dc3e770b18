import { listRuns } from '../../tracking/list-runs.js';
import type { CommandContext, Outcome } from '../command.js';
import { type RunDocument, runDocument } from '../documents.js';

export interface RunsListOptions {
  readonly where?: string;
  readonly sort?: string;
  readonly limit: number;
  readonly in?: string;
  readonly parent?: string;
  readonly children?: boolean;
  readonly deleted?: boolean;
}

export interface RunsDocument {
  readonly runs: readonly RunDocument[];
}

export async function run(options: RunsListOptions, context: CommandContext): Promise<Outcome<RunsDocument>> {
  const store = await context.store();
  const { in: experiment, ...query } = options;
  const runs = await listRuns(store, { ...query, experiment });
  return { result: { runs: runs.map(runDocument) } };
}
