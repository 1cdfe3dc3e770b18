import type { Style, ViewBlock } from '../command.js';
import { formatNumber, formatTime, stageText } from '../format.js';
import type { ModelsListDocument } from './list.js';

export function view(result: ModelsListDocument, style: Style): readonly ViewBlock[] {
  if ('models' in result) {
    if (result.models.length === 0) {
      return [{ kind: 'lines', lines: [style.dim('No models. `mlx register` makes one of a run.')] }];
    }
    const rows = result.models.map((model) => [
      model.name,
      String(model.versions),
      model.production === null ? '–' : style.good(String(model.production)),
      model.staging === null ? '–' : String(model.staging),
      String(model.latest),
      formatTime(model.updated_at),
    ]);
    const head = ['model', 'versions', 'production', 'staging', 'latest', 'updated'];
    return [{ kind: 'table', table: { head, rows, right: [1, 2, 3, 4] } }];
  }
  const rows = result.versions.map((version) => {
    const [metric, value] =
      Object.entries(version.metrics).find(([name]) => name === 'roc_auc' || name === 'rmse') ?? [];
    return [
      `${version.model}/${version.version}`,
      stageText(version.stage, style),
      version.aliases.join(', '),
      metric === undefined ? '–' : `${metric} ${formatNumber(value)}`,
      version.certified ? 'yes' : style.warn('no'),
      formatTime(version.created_at),
      version.created_by,
    ];
  });
  return [
    {
      kind: 'table',
      table: { head: ['version', 'stage', 'aliases', 'metric', 'certified', 'registered', 'by'], rows },
    },
  ];
}
