import { startAbtest } from '../../rollout/abtest.js';
import type { Abtest } from '../../store/abtests.js';
import type { CommandContext, Outcome } from '../command.js';

export interface AbtestStartOptions {
  readonly model: string;
  readonly treatment: number | string;
  readonly control?: number;
  readonly ratio: number;
  readonly reason?: string;
}

/** A test as `--json` shows it. */
export function abtestDocument(test: Abtest) {
  return {
    id: test.id,
    model: test.model,
    control: test.control,
    treatment: test.treatment,
    ratio: test.ratio,
    status: test.status,
    started_at: test.startedAt,
    stopped_at: test.stoppedAt,
    reason: test.reason,
  };
}

export type AbtestDocument = ReturnType<typeof abtestDocument>;

export interface AbtestChange {
  readonly test: AbtestDocument;
}

export async function run(
  options: AbtestStartOptions,
  context: CommandContext,
): Promise<Outcome<AbtestChange>> {
  const test = await startAbtest(await context.store(), {
    model: options.model,
    treatment: Number(options.treatment),
    control: options.control,
    ratio: options.ratio,
    reason: options.reason,
    actor: context.actor,
    now: context.now,
  });
  return { result: { test: abtestDocument(test) } };
}
