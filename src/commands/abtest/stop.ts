import { stopAbtest } from '../../rollout/abtest.js';
import type { CommandContext, Outcome } from '../command.js';
import { type AbtestChange, abtestDocument } from './start.js';

export interface AbtestStopOptions {
  readonly test: string;
  readonly reason?: string;
}

export async function run(
  options: AbtestStopOptions,
  context: CommandContext,
): Promise<Outcome<AbtestChange>> {
  const test = await stopAbtest(await context.store(), {
    ref: options.test,
    reason: options.reason,
    actor: context.actor,
    now: context.now,
  });
  return { result: { test: abtestDocument(test) } };
}
