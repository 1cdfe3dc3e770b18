import type { Style, ViewBlock } from '../command.js';
import { stageText } from '../format.js';
import type { ModelsAtDocument } from './at.js';

export function view({ time, versions }: ModelsAtDocument, style: Style): readonly ViewBlock[] {
  if (versions.length === 0) return [{ kind: 'lines', lines: [`Nothing was registered at ${time}.`] }];
  const rows = versions.map(({ model, version, stage }) => [`${model}/${version}`, stageText(stage, style)]);
  return [{ kind: 'table', table: { head: ['version', 'stage'], rows } }];
}
