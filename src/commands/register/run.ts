import { resolve } from 'node:path';
import { MlxError } from '../../errors.js';
import { registerFile } from '../../modeling/register-file.js';
import { registerRun } from '../../modeling/register-run.js';
import type { RunRecord } from '../../store/run-records.js';
import type { Store } from '../../store/store.js';
import { findRun } from '../../tracking/find-run.js';
import { listRuns } from '../../tracking/list-runs.js';
import type { CommandContext, Outcome } from '../command.js';
import { type VersionDocument, versionDocument } from '../documents.js';

export interface RegisterOptions {
  readonly model: string;
  readonly run?: string;
  readonly onnx?: string;
  readonly columns?: readonly string[];
  readonly classes?: readonly string[];
  readonly allowUncertified?: boolean;
  readonly description?: string;
}

export interface RegisterDocument {
  readonly version: VersionDocument;
}

export async function run(
  options: RegisterOptions,
  context: CommandContext,
): Promise<Outcome<RegisterDocument>> {
  if ((options.run === undefined) === (options.onnx === undefined)) {
    throw new MlxError('USAGE', 'Give either --run or --onnx.', {
      hint: 'For example: mlx register churn --run latest',
    });
  }
  const store = await context.store({ create: options.onnx !== undefined });
  const registrant = { actor: context.actor, now: context.now, description: options.description };
  const version =
    options.onnx === undefined
      ? await registerRun(store, options.model, await chosenRun(store, options.run as string), registrant)
      : await registerFile(store, options.model, resolve(context.cwd, options.onnx), {
          ...registrant,
          allowUncertified: options.allowUncertified ?? false,
          ...(options.columns === undefined ? {} : { columns: options.columns }),
          ...(options.classes === undefined ? {} : { classes: options.classes }),
        });
  return { result: { version: versionDocument(version) } };
}

async function chosenRun(store: Store, ref: string): Promise<RunRecord> {
  if (ref !== 'latest') return findRun(store, ref);
  const [latest] = await listRuns(store, { where: "status = 'finished'", limit: 1 });
  if (latest === undefined)
    throw new MlxError('RUN_NOT_FOUND', 'There is no finished run.', { hint: 'Make one with `mlx train`.' });
  return latest;
}
