import type { ViewBlock } from '../command.js';
import type { ModelsCardDocument } from './card.js';

export function view({ model, card, file, kept }: ModelsCardDocument): readonly ViewBlock[] {
  if (file === null) return [{ kind: 'lines', lines: card.trimEnd().split('\n') }];
  const parts = kept.length === 0 ? '' : `; kept as it was written: ${kept.join(', ')}`;
  return [{ kind: 'lines', lines: [`The card of ${model} is in ${file}${parts}.`] }];
}
