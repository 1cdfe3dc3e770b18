import { type Html, html, shownText } from '../../html.js';
import { formatCount, formatScore, isKnown } from '../format.js';
import { type LineSeries, linePlot } from '../plots/lines.js';
import { roundRange } from '../plots/scale.js';
import { figure } from './figure.js';
import { card, figureTable, type Section, section } from './layout.js';
import { metricName } from './metric-words.js';
import type { Figure, LearningCurve, Search, TrainingReport } from './report.js';

const MAX_TRIALS_LISTED = 10;

/** How the model came about: its rounds, and the parameters that were tried. */
export function learningSection({ learning, search }: TrainingReport): Section | null {
  return section('learning', 'How it learned', [
    learning === undefined ? null : learningCard(learning),
    search === undefined || search.trials.length === 0 ? null : searchCard(search),
  ]);
}

function learningCard({ metric, step, train = [], validation = [], best }: LearningCurve): Html {
  const steps = Math.max(1, train.length, validation.length);
  const name = metricName(metric);
  const word = shownText(step, 20);
  const values = [...train, ...validation].filter(isKnown);
  const series: LineSeries[] = [
    { name: 'validation', style: 0, points: numbered(validation) },
    { name: 'training', style: 1, points: numbered(train) },
  ];
  const at = best === null ? undefined : validation[best - 1];
  const bestWords =
    best === null ? '' : `best ${word} ${formatCount(best)}${isKnown(at) ? `: ${formatScore(at)}` : ''}`;
  const plot = linePlot('learning', {
    title: 'Learning curve',
    description: `${name} over ${formatCount(steps)} ${word}s${bestWords === '' ? '' : `, ${bestWords}`}.`,
    x: { name: word, range: [1, Math.max(2, steps)] },
    y: { name, range: values.length === 0 ? [0, 1] : closeRange(values) },
    series: series.filter(({ points }) => points.length > 0),
    ...(best === null ? {} : { mark: { at: best, label: bestWords } }),
  });
  const names = series.filter(({ points }) => points.length > 0);
  return card('Learning curve', figure(plot, names, null), {
    note: `${name} after each ${word}. Where the training line goes on improving and the other does not, the model learns by heart.`,
  });
}

/** Round values about what is there, without 0 where that would flatten the line. */
function closeRange(values: readonly number[]): readonly [number, number] {
  let [least, most] = [values[0] as number, values[0] as number];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const margin = (most - least) * 0.05;
  return margin > 0 ? [least - margin, most + margin] : roundRange([least]);
}

function numbered(values: readonly Figure[]): (readonly [number, number])[] {
  return values.flatMap((value, index) => (isKnown(value) ? [[index + 1, value] as const] : []));
}

function searchCard({ metric, better, trials }: Search): Html {
  const name = metricName(metric);
  const points = numbered(trials.map(({ score }) => score));
  const sign = better === 'higher' ? 1 : -1;
  let best = sign === 1 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const soFar = points.map(([trial, score]) => {
    best = sign * score > sign * best ? score : best;
    return [trial, best] as const;
  });
  const last = soFar.at(-1);
  const series: LineSeries[] = [
    {
      name: 'best so far',
      style: 0,
      shape: 'step',
      points: last === undefined ? [] : stepAfter(soFar, trials.length),
    },
    { name: 'a trial', style: 1, shape: 'dots', points },
  ];
  const plot = linePlot('search', {
    title: 'Search for parameters',
    description: `${formatCount(trials.length)} trials; the best ${name} is ${last === undefined ? 'not known' : formatScore(last[1])}.`,
    x: { name: 'trial', range: [1, Math.max(2, trials.length)] },
    y: { name, range: points.length === 0 ? [0, 1] : closeRange(points.map(([, score]) => score)) },
    series,
  });
  const failed = trials.length - points.length;
  const note = `${formatCount(trials.length)} trials${failed === 0 ? '' : `, of which ${formatCount(failed)} gave no score`}.`;
  return card('Search for parameters', [figure(plot, series, null), trialsTable(trials, name, sign)], {
    note,
  });
}

/** A line that stays at each value until the next one. */
function stepAfter(
  points: readonly (readonly [number, number])[],
  end: number,
): (readonly [number, number])[] {
  return points
    .map(([, value], index) => [points[index + 1]?.[0] ?? end, value] as const)
    .flatMap((point, index) => (index === 0 ? [[points[0]?.[0] ?? 1, point[1]] as const, point] : [point]));
}

function trialsTable(trials: Search['trials'], name: string, sign: number): Html {
  const ranked = trials
    .map((trial, index) => ({ ...trial, number: index + 1 }))
    .filter(({ score }) => isKnown(score))
    .toSorted((a, b) => sign * ((b.score ?? 0) - (a.score ?? 0)));
  const rows = ranked.slice(0, MAX_TRIALS_LISTED).map(({ number, score, parameters }, index) => ({
    isMarked: index === 0,
    cells: [
      formatCount(number),
      formatScore(score),
      shownText(parameters.map((own) => `${own.name} ${own.value}`).join(' · '), 160),
    ],
  }));
  const columns = [{ name: 'trial' }, { name, isNumber: true }, { name: 'parameters' }];
  return html`<details><summary>The best trials</summary>${figureTable('The best trials of the search', columns, rows)}</details>`;
}
