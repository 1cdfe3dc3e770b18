import type { Figure } from '../../reports/training/report.js';

/** A number as a report has it: null where it could not be computed. */
export function figure(value: number | null | undefined): Figure {
  return value === null || value === undefined || !Number.isFinite(value) ? null : value;
}
