import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { writeAtomically } from '../../data/atomic-file.js';
import { MlxError } from '../../errors.js';
import { REPORT_ARTIFACTS } from '../../reports/training/artifacts.js';
import { findRun } from '../../tracking/find-run.js';
import type { CommandContext, Outcome } from '../command.js';

export interface RunsReportOptions {
  readonly run: string;
  readonly out: string;
}

export interface RunsReportDocument {
  readonly run: { readonly id: string; readonly name: string };
  /** Where the page was written, as it was asked for. */
  readonly file: string;
  readonly bytes: number;
}

/** @throws MlxError RUN_NOT_FOUND; STATE_CONFLICT where the run has no report; ARTIFACT_CORRUPT, FILE_UNWRITABLE */
export async function run(
  options: RunsReportOptions,
  context: CommandContext,
): Promise<Outcome<RunsReportDocument>> {
  const store = await context.store();
  const found = await findRun(store, options.run);
  const artifact = found.artifacts.find(({ name }) => name === REPORT_ARTIFACTS.page);
  if (artifact === undefined) {
    const why = found.status === 'finished' ? 'was made without one' : `is ${found.status}`;
    throw new MlxError('STATE_CONFLICT', `Run ${found.name} has no report: it ${why}.`, {
      hint: `See what it has with \`mlx runs show ${found.name}\`, or train it again.`,
      details: { run: found.id, artifacts: found.artifacts.map(({ name }) => name) },
    });
  }
  const page = await store.artifacts.read(artifact.sha256);
  const { out } = options;
  await writeAtomically(resolve(context.cwd, out), (temporary) => writeFile(temporary, page), out);
  return { result: { run: { id: found.id, name: found.name }, file: options.out, bytes: page.length } };
}
