import type { ModelCheck } from '../../modeling/verify-model.js';
import type { Style, ViewBlock } from '../command.js';
import type { ModelsVerifyDocument } from './verify.js';

export function view(
  { model, verified, checks, file }: ModelsVerifyDocument,
  style: Style,
): readonly ViewBlock[] {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.map(
    ({ name, status, message }) => `${mark(status, style)}  ${name.padEnd(width)}  ${message}`,
  );
  const operators = Object.entries(file?.operators ?? {})
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`);
  return [
    {
      kind: 'lines',
      lines: [
        ...lines,
        ...(operators.length === 0 ? [] : ['', style.dim(operators.join(' · '))]),
        '',
        verified ? style.good(`${model} is verified.`) : style.bad(`${model} is NOT verified.`),
      ],
    },
  ];
}

function mark(status: ModelCheck['status'], style: Style): string {
  const text = status.padEnd(4);
  if (status === 'ok') return style.good(text);
  return status === 'warn' ? style.warn(text) : style.bad(text);
}
