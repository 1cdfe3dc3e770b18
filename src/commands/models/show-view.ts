import type { Style, ViewBlock } from '../command.js';
import { fieldLines, formatNumber, formatTime, stageText } from '../format.js';
import type { ModelShowDocument } from './show.js';

export function view({ version, path }: ModelShowDocument, style: Style): readonly ViewBlock[] {
  const { details } = version;
  const columns = (details.columns ?? []) as readonly { readonly name: string; readonly type: string }[];
  const lines = [
    `${style.bold(`${version.model}/${version.version}`)} ${stageText(version.stage, style)}`,
    ...fieldLines(
      [
        ['task', version.task],
        ['algorithm', String(details.algorithm ?? '–')],
        ['target', String(details.target ?? '–')],
        [
          'certified',
          version.certified
            ? style.good('yes')
            : style.warn(`no: ${details.uncertified_because ?? 'scores are not stable'}`),
        ],
        ['source', version.run_id === null ? version.source : `run ${version.run_id}`],
        ['registered', `${formatTime(version.created_at)} by ${version.created_by}`],
        ['aliases', version.aliases.join(', ') || '–'],
        ['file', path],
        ['sha256', version.sha256],
        ...(version.description === null ? [] : [['description', version.description] as const]),
      ],
      style,
    ),
    '',
    style.bold('Metrics'),
    ...Object.entries(version.metrics).map(([name, value]) => `${name.padEnd(12)} ${formatNumber(value)}`),
    '',
    style.bold('Columns'),
    ...columns.map(({ name, type }) => `${name} ${style.dim(type)}`),
  ];
  return [{ kind: 'lines', lines }];
}
