import type { Style, ViewBlock } from '../command.js';
import type { RollbackDocument } from './run.js';

export function view({ from, to }: RollbackDocument, style: Style): readonly ViewBlock[] {
  return [
    {
      kind: 'lines',
      lines: [
        `production of ${style.bold(to.model)} went back from version ${from.version} to ${style.good(`version ${to.version}`)}`,
      ],
    },
  ];
}
