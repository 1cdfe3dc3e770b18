import type { Style, ViewBlock } from '../command.js';
import type { RunChangeDocument } from './delete.js';

export function view({ run, change }: RunChangeDocument, style: Style): readonly ViewBlock[] {
  const hint = change === 'deleted' ? style.dim(` (bring it back with: mlx runs restore ${run.id})`) : '';
  return [{ kind: 'lines', lines: [`${change} ${style.bold(run.name)}${hint}`] }];
}
