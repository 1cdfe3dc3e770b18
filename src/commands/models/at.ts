import { stateAt } from '../../registry/history.js';
import { listModels } from '../../registry/list-models.js';
import type { Stage } from '../../store/registry-records.js';
import type { CommandContext, Outcome } from '../command.js';

export interface ModelsAtOptions {
  readonly time: string;
  readonly model?: string;
}

export interface ModelsAtDocument {
  readonly time: string;
  readonly versions: readonly { readonly model: string; readonly version: number; readonly stage: Stage }[];
}

export async function run(
  options: ModelsAtOptions,
  context: CommandContext,
): Promise<Outcome<ModelsAtDocument>> {
  const store = await context.store();
  const names =
    options.model === undefined ? (await listModels(store)).map(({ name }) => name) : [options.model];
  const states = await Promise.all(
    names.map(async (model) =>
      (await stateAt(store, model, options.time)).map((state) => ({ model, ...state })),
    ),
  );
  return { result: { time: options.time, versions: states.flat() } };
}
