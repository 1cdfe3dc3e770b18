import type { Style, ViewBlock } from '../command.js';
import type { FileStatus } from './file-plan.js';
import type { InitDocument } from './run.js';

export function view(result: InitDocument, style: Style): readonly ViewBlock[] {
  const entries = [
    ...result.files,
    { path: `${result.store.path}/`, status: result.store.status, hint: null },
  ];
  const width = Math.max(...entries.map(({ status }) => status.length));
  const lines = entries.map(({ path, status, hint }) => {
    const note = hint === null ? '' : style.dim(`  (${hint})`);
    return `${colour(status, style)(status.padEnd(width))}  ${path}${note}`;
  });
  if (result.dry_run) lines.push('', style.warn('Nothing was written: --dry-run.'));
  const next = result.next.map((command) => `  ${command}`);
  return [{ kind: 'lines', lines: [...lines, '', style.dim(`Next, for ${result.name}:`), ...next] }];
}

function colour(status: FileStatus, style: Style): (text: string) => string {
  if (status === 'created' || status === 'extended') return style.good;
  if (status === 'overwritten') return style.warn;
  return status === 'kept' ? style.accent : style.dim;
}
