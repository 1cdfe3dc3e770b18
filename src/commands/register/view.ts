import type { Style, ViewBlock } from '../command.js';
import type { RegisterDocument } from './run.js';

export function view({ version }: RegisterDocument, style: Style): readonly ViewBlock[] {
  const name = `${version.model}/${version.version}`;
  const certified = version.certified ? style.good('certified') : style.warn('not certified');
  return [
    {
      kind: 'lines',
      lines: [
        `registered ${style.bold(name)} (${version.task}, ${certified}, from ${version.source})`,
        style.dim(`Next: mlx promote ${name} production --reason "…"`),
      ],
    },
  ];
}
