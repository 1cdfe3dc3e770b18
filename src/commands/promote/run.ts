import { MlxError } from '../../errors.js';
import { promote } from '../../registry/promote.js';
import { resolveModel } from '../../registry/resolve.js';
import type { Stage } from '../../store/registry-records.js';
import type { CommandContext, Outcome } from '../command.js';
import { versionDocument } from '../documents.js';

export interface PromoteOptions {
  readonly model: string;
  readonly stage: string;
  readonly reason?: string;
  readonly force?: boolean;
  readonly keepLatest?: number;
  readonly dryRun?: boolean;
}

const STAGES: readonly string[] = ['staging', 'production', 'archived', 'none'] satisfies readonly Stage[];

export async function run(options: PromoteOptions, context: CommandContext) {
  if (!STAGES.includes(options.stage)) {
    throw new MlxError('USAGE', `There is no stage "${options.stage}".`, {
      hint: `Choose one of: ${STAGES.join(', ')}.`,
    });
  }
  const store = await context.store();
  const { name, version } = await resolveModel(store, options.model);
  const promotion = await promote(store, {
    name,
    version,
    stage: options.stage as Stage,
    reason: options.reason ?? null,
    actor: context.actor,
    force: options.force,
    keepLatest: options.keepLatest,
    dryRun: options.dryRun,
    now: context.now,
  });
  const result = {
    version: versionDocument(promotion.version),
    from: promotion.from,
    to: promotion.to,
    changed: promotion.changed,
    replaced: promotion.replaced?.version ?? null,
    archived: promotion.archived,
    gate: promotion.gate,
    dry_run: options.dryRun ?? false,
  };
  return { result } satisfies Outcome<unknown>;
}

export type PromoteDocument = Awaited<ReturnType<typeof run>>['result'];
