import { rollback } from '../../registry/rollback.js';
import type { CommandContext, Outcome } from '../command.js';
import { eventDocument, versionDocument } from '../documents.js';

export interface RollbackOptions {
  readonly model: string;
  readonly reason: string;
  readonly to?: number;
}

export async function run(options: RollbackOptions, context: CommandContext) {
  const done = await rollback(await context.store(), {
    name: options.model,
    reason: options.reason,
    actor: context.actor,
    automatic: false,
    toVersion: options.to,
    now: context.now,
  });
  const result = {
    from: versionDocument(done.from),
    to: versionDocument(done.to),
    event: eventDocument(done.event),
  };
  return { result } satisfies Outcome<unknown>;
}

export type RollbackDocument = Awaited<ReturnType<typeof run>>['result'];
