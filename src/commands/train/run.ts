import { trainRun } from '../../modeling/train-run.js';
import type { CommandContext, Outcome } from '../command.js';
import type { ModelingOptions } from '../modeling-options.js';
import { modelingProgress } from '../modeling-progress.js';
import { modelingSpec } from '../modeling-spec.js';
import { type TrainDocument, trainDocument } from '../train-document.js';

export async function run(
  options: ModelingOptions,
  context: CommandContext,
): Promise<Outcome<TrainDocument>> {
  const store = await context.store({ create: true });
  const { onEvent, progress } = modelingProgress(context);
  try {
    const trained = await trainRun(await modelingSpec(options, context), {
      store,
      now: context.now,
      version: context.version,
      cwd: context.cwd,
      signal: context.signal,
      onEvent,
    });
    progress.done(`trained ${trained.run.name}`);
    return { result: trainDocument(trained, context.cwd) };
  } catch (error) {
    progress.fail('training stopped');
    throw error;
  }
}
