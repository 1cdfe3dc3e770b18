import type { CommandContext, Outcome } from '../command.js';
import { type AbtestDocument, abtestDocument } from './start.js';

export interface AbtestStatusOptions {
  readonly model?: string;
}

export interface AbtestStatusDocument {
  readonly tests: readonly AbtestDocument[];
}

export async function run(
  options: AbtestStatusOptions,
  context: CommandContext,
): Promise<Outcome<AbtestStatusDocument>> {
  const store = await context.store();
  const tests = await store.abtests.list(options.model === undefined ? {} : { model: options.model });
  const running = tests.filter(({ status }) => status === 'running');
  const stopped = tests.filter(({ status }) => status !== 'running');
  return { result: { tests: [...running, ...stopped].map(abtestDocument) } };
}
