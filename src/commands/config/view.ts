import type { Style, ViewBlock } from '../command.js';
import type { ConfigDocument } from './run.js';

export function view({ settings }: ConfigDocument, style: Style): readonly ViewBlock[] {
  const rows = settings.map(({ key, value, origin, source }) => [
    key,
    origin === 'default' ? style.dim(valueText(value)) : style.bold(valueText(value)),
    origin,
    source ?? '',
  ]);
  return [{ kind: 'table', table: { head: ['setting', 'value', 'from', 'source'], rows } }];
}

/** Texts as they are, the rest as in the file; – for what is not set. */
function valueText(value: unknown): string {
  if (value === null) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
