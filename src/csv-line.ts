/** A record of CSV by RFC 4180, ended by a line feed. NaN and '' are empty cells. */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(csvCell).join(',')}\n`;
}

/** A cell, quoted where it must be; a number with the fewest digits that read back as the same double. */
export function csvCell(cell: string | number): string {
  if (typeof cell === 'number') return Number.isNaN(cell) ? '' : String(cell);
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
