import type { Style, ViewBlock } from '../command.js';
import type { CheckStatus } from './check.js';
import type { DoctorDocument } from './run.js';

export function view({ checks }: DoctorDocument, style: Style): readonly ViewBlock[] {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, status, message, hint }) => [
    `${mark(status, style)}  ${name.padEnd(width)}  ${message}`,
    ...(hint === null ? [] : [`${' '.repeat(width + 8)}${style.dim(hint)}`]),
  ]);
  return [{ kind: 'lines', lines: [...lines, '', summary(checks, style)] }];
}

function mark(status: CheckStatus, style: Style): string {
  const text = status.padEnd(4);
  if (status === 'ok') return style.good(text);
  return status === 'warn' ? style.warn(text) : style.bad(text);
}

function summary(checks: DoctorDocument['checks'], style: Style): string {
  const failed = checks.filter(({ status }) => status === 'fail').length;
  const warned = checks.filter(({ status }) => status === 'warn').length;
  if (failed > 0) return style.bad(`${failed} of ${checks.length} checks failed.`);
  return warned > 0 ? style.warn(`No check failed; ${warned} to look at.`) : style.good('All is well.');
}
