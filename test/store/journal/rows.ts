import type { JournalRow, JournalVersion } from '#mlx/store/journal/row.js';

export const VERSION: JournalVersion = {
  model: 'churn',
  version: 3,
  columns: ['age', 'city'],
  classes: ['no', 'yes'],
};

export const TIME = Date.parse('2026-03-01T12:00:00.000Z');

/** A row like many others. */
export function journalRow(id: string, more: Partial<JournalRow> = {}): JournalRow {
  return {
    id,
    timeMs: TIME,
    version: VERSION,
    arm: null,
    unit: null,
    row: [41.5, 'Basel'],
    prediction: 'yes',
    confidence: 0.75,
    probabilities: [0.25, 0.75],
    latencyMs: 1.5,
    requestId: null,
    ...more,
  };
}

/** Ids with a number: `p0`, `p1`, … */
export function journalRows(count: number, from = 0): JournalRow[] {
  return Array.from({ length: count }, (_, i) => journalRow(`p${from + i}`));
}
