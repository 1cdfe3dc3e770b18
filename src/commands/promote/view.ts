import type { Style, ViewBlock } from '../command.js';
import { stageText } from '../format.js';
import type { PromoteDocument } from './run.js';

export function view(result: PromoteDocument, style: Style): readonly ViewBlock[] {
  const name = style.bold(`${result.version.model}/${result.version.version}`);
  const did = result.dry_run ? 'would move' : 'moved';
  const lines = result.changed
    ? [`${did} ${name} from ${result.from} to ${stageText(result.to, style)}`]
    : [`${name} is in ${stageText(result.to, style)} already`];
  if (result.replaced !== null)
    lines.push(style.dim(`version ${result.replaced} left production and stays the rollback target`));
  if (result.archived.length > 0) lines.push(style.dim(`archived: version ${result.archived.join(', ')}`));
  if (result.gate.outcome !== 'not-applicable')
    lines.push(style.dim(`gate: ${result.gate.outcome} (${result.gate.reason})`));
  return [{ kind: 'lines', lines }];
}
