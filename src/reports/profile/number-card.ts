import type { NumberProfile, TargetProfile } from '../../data/profile/table-profile.js';
import { type Html, html, shownText } from '../../html.js';
import { formatAtStep, formatCount, formatFigure, formatShare } from '../format.js';
import { ticksWithin } from '../plots/scale.js';
import { associationFacts, commonFacts, decimals, type Fact, factList, missingFact } from './facts.js';
import { histogramFigure } from './histogram-figure.js';

export function numberBody(id: string, column: NumberProfile, target: TargetProfile | null): Html {
  return html`<div class="two">${histogram(id, column, target)}${factList(numberFacts(column))}</div>`;
}

function numberFacts(column: NumberProfile): Fact[] {
  const { mean, sd, min, max, quantiles, zeros, negatives, outliers, skewness, kurtosis, count } = column;
  const shareOf = (value: number): string => (value === 0 ? '0' : formatShare(value / count));
  return [
    ...commonFacts(column),
    ['mean', formatFigure(mean)],
    ['std. dev.', formatFigure(sd)],
    ['min', formatFigure(min)],
    ...(quantiles === null
      ? []
      : Object.entries(quantiles).map(
          ([name, value]) => [name === 'p50' ? 'median' : `${name.slice(1)} %`, formatFigure(value)] as const,
        )),
    ['max', formatFigure(max)],
    ['zeros', shareOf(zeros)],
    ...(negatives === 0 ? [] : [['negative', shareOf(negatives)] as const]),
    ['outliers', shareOf(outliers)],
    ['skewness', decimals(skewness)],
    ['kurtosis', decimals(kurtosis)],
    ...associationFacts(column.association),
  ];
}

function histogram(id: string, column: NumberProfile, target: TargetProfile | null): Html | null {
  const { histogram, min, max, quantiles, name, count } = column;
  if (histogram === null || quantiles === null) return null;
  const { edges, below, above } = histogram;
  const [low, high] = [edges[0] as number, edges.at(-1) as number];
  const step = (high - low) / Math.max(1, edges.length - 1);
  const isWhole = column.type === 'integer' && Number.isInteger(step);
  const isSingle = isWhole && step === 1;
  const ticks = ticksWithin(low, high, 6);
  const tickStep = isWhole ? Math.max(1, ticks.step) : ticks.step;
  const shift = isSingle ? 0.5 : 0;
  const hidden = [
    ...(below === 0 ? [] : [`${formatCount(below)} smaller, down to ${formatFigure(min)}`]),
    ...(above === 0 ? [] : [`${formatCount(above)} larger, up to ${formatFigure(max)}`]),
  ];
  const note = [
    hidden.length === 0 ? '' : `Not drawn: ${hidden.join('; ')}. `,
    missingFact(column, target),
  ].join('');
  return histogramFigure({
    id,
    title: `Histogram of ${shownText(name)}`,
    description: `${formatCount(count)} values from ${formatFigure(min)} to ${formatFigure(max)}, half of them between ${formatFigure(quantiles.p25)} and ${formatFigure(quantiles.p75)}.`,
    histogram,
    target,
    count,
    ticks: ticks.values
      .filter((value) => value + shift <= high && (!isWhole || Number.isInteger(value)))
      .map((value) => ({ at: value + shift, label: formatAtStep(value, tickStep) })),
    binName: (from, to) => {
      if (isSingle || from === to) return formatAtStep(from, isSingle ? 1 : tickStep);
      return `${formatAtStep(from, step)} to ${formatAtStep(isWhole ? to - 1 : to, step)}`;
    },
    caption: note === '' ? null : html`<span>${note}</span>`,
  });
}
