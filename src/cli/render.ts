import { stripVTControlCharacters } from 'node:util';
import type { Style, TableView, ViewBlock } from '../commands/command.js';
import { csvLine } from '../csv-line.js';
import type { Format } from './formats.js';

/**
 * Blocks of a view as text for stdout.
 * @param width characters in a line of the terminal; none where nobody looks
 */
export async function renderBlocks(
  blocks: readonly ViewBlock[],
  format: Format,
  style: Style,
  width = Number.POSITIVE_INFINITY,
): Promise<string> {
  const parts: string[] = [];
  for (const block of blocks) {
    if (block.kind === 'junit') {
      if (format === 'junit') parts.push(block.document());
    } else if (format === 'junit') {
      // the document is all there is to say
    } else if (block.kind === 'lines') {
      if (format === 'table' || format === 'md') parts.push(block.lines.join('\n'));
    } else if (format === 'csv') parts.push(csvTable(block.table));
    else if (format === 'md') parts.push(markdownTable(block.table));
    else parts.push(await screenTable(block.table, style, width));
  }
  return parts.join('\n');
}

async function screenTable(table: TableView, style: Style, width: number): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const right = new Set(table.right);
  const drawn = new Table({
    head: table.head.map((cell) => style.bold(cell)),
    colAligns: table.head.map((_, index) => (right.has(index) ? 'right' : 'left')),
    chars: BORDERLESS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
    ...wrapping(table, width),
  });
  drawn.push(...table.rows.map((row) => [...row]));
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Spaces between columns. */
const GAP = 2;
/** A wrapped column is no narrower. */
const MIN_WRAPPED = 20;

/** Widths by which the table fits the terminal, where it has a column to wrap and is too wide. */
function wrapping({ head, rows, wrap }: TableView, width: number): object {
  if (wrap === undefined) return {};
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => stripVTControlCharacters(row[column] ?? '').length)),
  );
  const others = widths.reduce((sum, own, column) => (column === wrap ? sum : sum + own + GAP), 0);
  if (others + (widths[wrap] as number) <= width) return {};
  const own = Math.max(MIN_WRAPPED, width - others);
  return { wordWrap: true, colWidths: widths.map((other, column) => (column === wrap ? own : other) + GAP) };
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
