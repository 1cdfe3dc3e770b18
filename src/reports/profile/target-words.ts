import type { TargetByGroup, TargetProfile } from '../../data/profile/table-profile.js';
import { type Html, html, shownText } from '../../html.js';
import { formatAtStep, formatCount, formatFigure, formatShare } from '../format.js';
import { type Overlay, TOO_FEW_ROWS } from '../plots/columns.js';
import { roundRange } from '../plots/scale.js';

/** Names in notes are cut: a page holds thousands of them. */
const NOTE_LENGTH = 16;

/** What is compared: `share of income = >50K`, `mean cnt`. */
export function meanName({ name, positive }: TargetProfile, limit = 32): string {
  const column = shownText(name, limit);
  return positive === null ? `mean ${column}` : `${column} = ${shownText(positive, limit)}`;
}

/** A mean of the target as a figure, or as a share where it is of a class. */
export function formatMean({ positive }: TargetProfile, mean: number | null): string {
  if (mean === null) return '–';
  return positive === null ? formatFigure(mean) : formatShare(mean);
}

/** The target's means as a line over columns; null where it has none. @param counts rows of each column */
export function overlayOf(
  target: TargetProfile | null,
  groups: TargetByGroup | null,
  counts: readonly number[],
): Overlay | null {
  if (target === null || groups === null || groups.kind !== 'mean') return null;
  const isShare = target.positive !== null;
  return {
    name: meanName(target),
    values: groups.values,
    overall: target.mean,
    range: meanRange(
      target,
      groups.values.filter((_, index) => (counts[index] ?? 0) >= TOO_FEW_ROWS),
    ),
    format: (value, step) =>
      isShare ? `${formatAtStep(value * 100, step * 100)} %` : formatAtStep(value, step),
  };
}

/** The range of a scale for means of the target: shares are measured from 0. */
export function meanRange(
  { mean, positive }: TargetProfile,
  values: readonly (number | null)[],
): readonly [number, number] {
  const known = [...values, mean, positive === null ? null : 0].filter((value) => value !== null);
  return roundRange(known);
}

/** What is said of a group of rows on hover. */
export function groupNote(
  what: string,
  count: number,
  rows: number,
  target: TargetProfile | null,
  groups: TargetByGroup | null,
  index: number,
): string {
  const amount = `${what}: ${formatCount(count)} ${count === 1 ? 'row' : 'rows'} (${formatShare(count / Math.max(1, rows))})`;
  if (target === null || groups === null || count === 0) return amount;
  if (groups.kind === 'mean')
    return `${amount}\n${meanName(target, NOTE_LENGTH)}: ${formatMean(target, groups.values[index] ?? null)}`;
  const counts = groups.counts[index] ?? [];
  const labelled = counts.reduce((sum, own) => sum + own, 0);
  const lines = classNames(target).map(
    (name, place) => `${name}: ${formatShare((counts[place] ?? 0) / Math.max(1, labelled))}`,
  );
  return [amount, ...lines].join('\n');
}

/** The classes that are told apart, and the others where there are any. */
export function classNames({ classes, classCount }: TargetProfile): string[] {
  const names = classes.map(({ level }) => shownText(level, 32));
  return classCount > names.length ? [...names, `${classCount - names.length} other classes`] : names;
}

/** What the colours and lines of a plot are. */
export function legend(target: TargetProfile | null, groups: TargetByGroup | null): Html {
  if (target === null || groups === null) return html`<span class="key"><i class="s0"></i>rows</span>`;
  if (groups.kind === 'mean') {
    return html`<span class="key"><i class="s0"></i>rows</span><span class="key"><i class="l"></i><bdi>${meanName(target)}</bdi></span><span class="key"><i class="d"></i>in all rows</span>`;
  }
  return html`${classNames(target).map(
    (name, index) => html`<span class="key"><i class="s${index}"></i><bdi>${name}</bdi></span>`,
  )}`;
}
