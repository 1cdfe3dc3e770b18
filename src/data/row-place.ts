import type { OddCells } from './odd-cells.js';

/** Names the file of each odd cell, and counts its row within that file, where several were read as one table. */
export function locateOddCells(
  sinks: Iterable<{ readonly odd: OddCells }>,
  files: readonly { readonly path: string; readonly rows: number }[],
): void {
  if (files.length < 2) return;
  for (const { odd } of sinks) {
    odd.locate((row) => {
      let before = 0;
      const file = files.find(({ rows }) => {
        if (row <= before + rows) return true;
        before += rows;
        return false;
      });
      return { file: file?.path ?? '', row: row - before };
    });
  }
}
