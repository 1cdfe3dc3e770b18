import type { Association, ColumnProfile, TargetProfile } from '../../data/profile/table-profile.js';
import { type Html, html } from '../../html.js';
import { formatCount, formatFixed, formatShare } from '../format.js';
import { formatMean, meanName } from './target-words.js';

export type Fact = readonly [name: string, value: string];

/** Figures with their names, in two columns; long ones in one. */
export function factList(facts: readonly Fact[], isLong = false): Html {
  return html`<dl class="stats${isLong ? ' one' : ''}">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** What is said of every column first. */
export function commonFacts({ count, missing, missingShare, unique }: ColumnProfile): Fact[] {
  return [
    ['values', formatCount(count)],
    ['missing', missing === 0 ? '0' : `${formatCount(missing)} (${formatShare(missingShare)})`],
    ['distinct', formatCount(unique)],
  ];
}

const MEASURES: readonly (readonly [keyof Association, string])[] = [
  ['pearson', 'Pearson'],
  ['spearman', 'Spearman'],
  ['auc', 'ROC AUC'],
  ['correlationRatio', 'η'],
  ['cramersV', 'Cramér’s V'],
  ['mutualInformation', 'mutual inform.'],
];

/** The association's figures that apply. */
export function associationFacts(association: Association | null): Fact[] {
  if (association === null) return [];
  return MEASURES.flatMap(([key, name]) => {
    const value = association[key];
    return value === null ? [] : [[name, decimals(value)] as const];
  });
}

/** Three decimals; – for what is not known. */
export function decimals(value: number | null): string {
  return value === null ? '–' : formatFixed(value, 3);
}

/** The target among the rows where the column is missing. */
export function missingFact(column: ColumnProfile, target: TargetProfile | null): string {
  const { missingTarget } = column;
  if (target === null || missingTarget === null || missingTarget.kind !== 'mean') return '';
  return `Where it is missing: ${meanName(target)} ${formatMean(target, missingTarget.values[0] ?? null)}.`;
}
