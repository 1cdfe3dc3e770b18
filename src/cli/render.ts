import type { Style, TableView, ViewBlock } from '../commands/command.js';
import { csvLine } from '../csv-line.js';
import type { Format } from './formats.js';

/** Blocks of a view as text for stdout. */
export async function renderBlocks(
  blocks: readonly ViewBlock[],
  format: Format,
  style: Style,
): Promise<string> {
  const parts: string[] = [];
  for (const block of blocks) {
    if (block.kind === 'lines') {
      if (format === 'table' || format === 'md') parts.push(block.lines.join('\n'));
    } else if (format === 'csv') parts.push(csvTable(block.table));
    else if (format === 'md') parts.push(markdownTable(block.table));
    else parts.push(await screenTable(block.table, style));
  }
  return parts.join('\n');
}

async function screenTable(table: TableView, style: Style): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const right = new Set(table.right);
  const drawn = new Table({
    head: table.head.map((cell) => style.bold(cell)),
    colAligns: table.head.map((_, index) => (right.has(index) ? 'right' : 'left')),
    chars: BORDERLESS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  });
  drawn.push(...table.rows.map((row) => [...row]));
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

const BORDERLESS = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ].map((name) => [name, '']),
);

function csvTable(table: TableView): string {
  return [table.head, ...table.rows].map(csvLine).join('').slice(0, -1);
}

function markdownTable(table: TableView): string {
  const right = new Set(table.right);
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  const rule = `| ${table.head.map((_, index) => (right.has(index) ? '---:' : '---')).join(' | ')} |`;
  return [line(table.head), rule, ...table.rows.map(line)].join('\n');
}
