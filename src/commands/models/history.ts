import { history } from '../../registry/history.js';
import type { CommandContext, Outcome } from '../command.js';
import { type EventDocument, eventDocument } from '../documents.js';
import type { ModelOption } from './show.js';

export interface HistoryDocument {
  readonly model: string;
  readonly events: readonly EventDocument[];
}

export async function run(options: ModelOption, context: CommandContext): Promise<Outcome<HistoryDocument>> {
  const events = await history(await context.store(), options.model);
  return { result: { model: options.model, events: events.map(eventDocument) } };
}
