import type { CyclicCounts, Histogram, TargetProfile } from '../../data/profile/table-profile.js';
import { type Html, html, type Part } from '../../html.js';
import { columnPlot, type PlotColumn } from '../plots/columns.js';
import { groupNote, legend, overlayOf } from './target-words.js';

interface HistogramFigure {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly histogram: Histogram;
  readonly target: TargetProfile | null;
  /** Rows with a value. */
  readonly count: number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  /** The bin in words. */
  binName(from: number, to: number): string;
  readonly caption: Part;
}

/** The histogram of a number or time, with the target over it. */
export function histogramFigure(figure: HistogramFigure): Html {
  const { id, histogram, target, title, description, ticks } = figure;
  const { edges, counts } = histogram;
  const columns = counts.map((count, index) => {
    const [from, to] = [edges[index] as number, edges[index + 1] as number];
    const what = figure.binName(from, to);
    const note = groupNote(what, count, figure.count, target, histogram.target, index);
    return { from, to, note, parts: partsOf(histogram, index) };
  });
  const overlay = overlayOf(target, histogram.target, counts);
  return html`<figure>${columnPlot(id, { title, description, columns, ticks, overlay })}<figcaption>${legend(target, histogram.target)}${figure.caption}</figcaption></figure>`;
}

/** A bin's rows by class, those without a label last, where classes are told apart; else as they are. */
function partsOf({ counts, target }: Pick<Histogram, 'counts' | 'target'>, index: number): readonly number[] {
  if (target === null || target.kind === 'mean') return [counts[index] as number];
  return target.counts[index] ?? [];
}

interface CycleFigure {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly cycle: CyclicCounts;
  readonly names: readonly string[];
  /** Every so many-th place is named at the axis. */
  readonly every: number;
  readonly target: TargetProfile | null;
  readonly count: number;
}

/** Counts by hour or day of the week. */
export function cycleFigure(figure: CycleFigure): Html {
  const { id, cycle, names, target, title, description, count, every } = figure;
  const columns: PlotColumn[] = cycle.counts.map((own, index) => ({
    from: index,
    to: index + 1,
    parts: partsOf(cycle, index),
    note: groupNote(names[index] as string, own, count, target, cycle.target, index),
  }));
  const ticks = names.flatMap((label, index) => (index % every === 0 ? [{ at: index + 0.5, label }] : []));
  const overlay = overlayOf(target, cycle.target, cycle.counts);
  return html`<figure>${columnPlot(id, { title, description, columns, ticks, overlay, height: 130 })}<figcaption>${title}</figcaption></figure>`;
}
