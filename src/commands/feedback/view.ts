import type { Style, ViewBlock } from '../command.js';
import type { FeedbackDocument } from './run.js';

export function view(counts: FeedbackDocument, style: Style): readonly ViewBlock[] {
  const lines = [
    `${counts.rows} labels: ${style.good(`${counts.added} added`)}, ${counts.updated} updated, ${counts.unchanged} unchanged`,
  ];
  if (counts.unknown > 0)
    lines.push(style.warn(`${counts.unknown} with an id that is not in the prediction log`));
  if (counts.empty > 0) lines.push(style.warn(`${counts.empty} rows without an id or a label`));
  return [{ kind: 'lines', lines }];
}
