import type { TableProfile } from '../../data/profile/table-profile.js';
import { html, type Part, shownText } from '../../html.js';
import { formatCount, formatFixed } from '../format.js';
import { heatMap } from '../plots/heat-map.js';

/** Correlations of the number columns: Pearson's below the diagonal, Spearman's above. */
export function correlationSection({ correlations, rows }: TableProfile): Part {
  if (correlations === null) return null;
  const { columns, pearson, spearman, omitted } = correlations;
  const at = (row: number, column: number): number | null =>
    (row > column ? pearson : spearman)[row]?.[column] ?? null;
  const names = columns.map((name) => shownText(name, 24));
  const figure = heatMap('heat', {
    title: 'Correlations of the number columns',
    description: `Pearson below the diagonal, Spearman above, of ${columns.length} columns.`,
    names: columns,
    value: at,
    note: (row, column) => {
      const value = at(row, column);
      const measure = row > column ? 'Pearson' : 'Spearman';
      return `${names[row]}, ${names[column]}: ${measure} ${value === null ? '–' : formatFixed(value, 2)}`;
    },
  });
  const more = omitted === 0 ? '' : ` ${formatCount(omitted)} more number columns are left out.`;
  const sample = correlations.rows < rows ? ` From ${formatCount(correlations.rows)} rows.` : '';
  return html`<h2>Correlations</h2><div class="card"><p class="small soft">Pearson below the diagonal, Spearman above; blue is positive, orange negative.${more}${sample}</p><div class="heat-map">${figure}</div></div>`;
}
