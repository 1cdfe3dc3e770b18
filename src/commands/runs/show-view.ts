import type { Style, ViewBlock } from '../command.js';
import { fieldLines, formatDuration, formatNumber, formatTime } from '../format.js';
import { statusText } from './list-view.js';
import type { RunShowDocument } from './show.js';

export function view({ run }: RunShowDocument, style: Style): readonly ViewBlock[] {
  const lines = [
    `${style.bold(run.name)} ${style.dim(run.id)} ${statusText(run.status, style)}`,
    ...(run.error === null ? [] : [style.bad(run.error)]),
    ...fieldLines(
      [
        ['experiment', run.experiment],
        ['started', formatTime(run.started_at)],
        ['took', formatDuration(run.duration_ms)],
        [
          'data',
          run.dataset === null
            ? '–'
            : `${run.dataset.path} (${run.dataset.rows} rows, ${run.dataset.digest.slice(0, 12)})`,
        ],
        [
          'test',
          run.test_dataset === null ? '–' : `${run.test_dataset.path} (${run.test_dataset.rows} rows)`,
        ],
        ['commit', run.git_commit ?? '–'],
      ],
      style,
    ),
  ];
  return [
    { kind: 'lines', lines },
    ...section('Parameters', Object.entries(run.params), style),
    ...section(
      'Metrics',
      Object.entries(run.metrics).map(([name, value]) => [name, formatNumber(value)]),
      style,
    ),
    ...section(
      'Artifacts',
      run.artifacts.map(({ name, bytes, sha256 }) => [name, `${bytes} bytes  ${sha256.slice(0, 12)}`]),
      style,
    ),
    ...section('Environment', Object.entries(run.environment), style),
  ];
}

function section(
  title: string,
  fields: readonly (readonly [string, string])[] | readonly string[][],
  style: Style,
): ViewBlock[] {
  if (fields.length === 0) return [];
  const pairs = fields.map(([name = '', value = '']) => [name, value] as const);
  return [{ kind: 'lines', lines: ['', style.bold(title), ...fieldLines(pairs, style)] }];
}
