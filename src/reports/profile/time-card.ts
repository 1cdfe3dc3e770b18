import type { TargetProfile, TimeProfile } from '../../data/profile/table-profile.js';
import { type Html, html, shownText } from '../../html.js';
import { formatCount } from '../format.js';
import { associationFacts, commonFacts, type Fact, factList, missingFact } from './facts.js';
import { cycleFigure, histogramFigure } from './histogram-figure.js';

const HOURS = Array.from({ length: 24 }, (_, hour) => `${hour}:00`);
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const DAY_SECONDS = 86_400;
const TICKS = 5;

export function timeBody(id: string, column: TimeProfile, target: TargetProfile | null): Html {
  const { hours, weekdays, count } = column;
  const [first, last] = [column.first ?? '–', column.last ?? '–'];
  const facts: Fact[] = [
    ...commonFacts(column),
    ['first', readable(first)],
    ['last', readable(last)],
    ...associationFacts(column.association),
  ];
  const shared = { target, count, description: 'Rows by part of the cycle.' };
  const cycles = [
    hours === null
      ? null
      : cycleFigure({
          ...shared,
          id: `${id}h`,
          title: 'By hour (UTC)',
          cycle: hours,
          names: HOURS,
          every: 4,
        }),
    weekdays === null
      ? null
      : cycleFigure({
          ...shared,
          id: `${id}w`,
          title: 'By day of the week',
          cycle: weekdays,
          names: WEEKDAYS,
          every: 1,
        }),
  ];
  return html`<div class="two">${overTime(id, column, target)}${factList(facts, true)}</div><div class="cycles">${cycles}</div>`;
}

function readable(iso: string): string {
  return iso
    .replace('T', ' ')
    .replace(/ 00:00:00Z$/, '')
    .replace(/Z$/, ' UTC');
}

function overTime(id: string, column: TimeProfile, target: TargetProfile | null): Html | null {
  const { histogram, name, count } = column;
  if (histogram === null) return null;
  const { edges } = histogram;
  const [from, to] = [edges[0] as number, edges.at(-1) as number];
  const every = Math.max(1, Math.ceil(edges.length / TICKS));
  const label = labelFor(to - from, (edges[1] as number) - from);
  const note = missingFact(column, target);
  return histogramFigure({
    id,
    title: `${shownText(name)} over time`,
    description: `${formatCount(count)} times from ${readable(column.first ?? '')} to ${readable(column.last ?? '')}.`,
    histogram,
    target,
    count,
    ticks: edges.flatMap((at, index) =>
      index % every === 0 && index < edges.length - 1 ? [{ at, label: label(at) }] : [],
    ),
    binName: (start, end) => `${label(start)} to ${label(end)}`,
    caption: note === '' ? null : html`<span>${note}</span>`,
  });
}

/** Instants as finely as the bins are cut. */
function labelFor(range: number, bin: number): (seconds: number) => string {
  const length =
    bin < DAY_SECONDS
      ? 16
      : range > 6 * 365 * DAY_SECONDS && bin > 300 * DAY_SECONDS
        ? 4
        : bin >= 28 * DAY_SECONDS
          ? 7
          : 10;
  return (seconds) => {
    const iso = new Date(seconds * 1000).toISOString();
    const digits = iso.startsWith('+') || iso.startsWith('-') ? length + 3 : length;
    const text = iso.slice(0, digits).replace('T', ' ');
    return range < 2 * DAY_SECONDS && bin < DAY_SECONDS ? iso.slice(11, bin < 60 ? 19 : 16) : text;
  };
}
