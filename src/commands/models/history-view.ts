import type { Style, ViewBlock } from '../command.js';
import type { EventDocument } from '../documents.js';
import { formatTime } from '../format.js';
import type { HistoryDocument } from './history.js';

export function view({ events }: HistoryDocument, style: Style): readonly ViewBlock[] {
  const rows = events.map((event) => [
    String(event.seq),
    formatTime(event.time),
    kindText(event, style),
    `${event.model}/${event.version}`,
    event.to_stage === null || event.to_stage === (event.from_stage ?? 'none')
      ? '–'
      : `${event.from_stage ?? 'none'} → ${event.to_stage}`,
    event.reason ?? '',
    event.actor,
  ]);
  return [
    {
      kind: 'table',
      table: { head: ['#', 'time', 'what', 'version', 'stage', 'why', 'who'], rows, right: [0] },
    },
  ];
}

function kindText(event: EventDocument, style: Style): string {
  if (event.kind === 'rolled-back') return style.bad(event.kind);
  return event.kind === 'promoted' ? style.good(event.kind) : event.kind;
}
