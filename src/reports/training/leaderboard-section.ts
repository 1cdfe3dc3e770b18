import { html, shownText } from '../../html.js';
import { formatBytes, formatCount, formatInterval, formatScore, formatSeconds, isKnown } from '../format.js';
import { intervalBar, rangeOf } from '../plots/interval-bar.js';
import { card, figureTable, type Section, section } from './layout.js';
import { metricName } from './metric-words.js';
import type { LeaderboardEntry, TrainingReport } from './report.js';

const MAX_ENTRIES = 40;

/** The algorithms that were tried, and what each costs. */
export function leaderboardSection({ leaderboard }: TrainingReport): Section | null {
  if (leaderboard === undefined || leaderboard.entries.length === 0) return null;
  const { metric, better } = leaderboard;
  const shown = leaderboard.entries.slice(0, MAX_ENTRIES);
  const range = rangeOf(shown.flatMap(({ score, low, high }) => [score, low, high]));
  const columns = [
    { name: 'algorithm' },
    { name: 'score', isDrawn: true },
    { name: metricName(metric), isNumber: true },
    { name: 'interval', isNumber: true },
    { name: 'fitting', isNumber: true },
    { name: 'rows/s', isNumber: true },
    { name: 'model', isNumber: true },
  ];
  const rows = shown.map((entry) => ({ isMarked: entry.isChosen === true, cells: cells(entry, range) }));
  const table = card('Algorithms', figureTable('Algorithms by score', columns, rows), {
    note: `By ${metricName(metric)}, ${better} is better; rows/s are those of the exported model.`,
    isWide: true,
  });
  return section('leaderboard', 'What else was tried', [table]);
}

function cells(entry: LeaderboardEntry, range: readonly [number, number]) {
  const { algorithm, score, low, high, fitSeconds, rowsPerSecond, bytes, isChosen, note } = entry;
  return [
    html`${shownText(algorithm, 40)}${isChosen === true ? html` <span class="chip target">chosen</span>` : null}${note === undefined ? null : html`<small>${shownText(note, 160)}</small>`}`,
    isKnown(score) ? intervalBar({ value: score, low, high, range }) : '',
    formatScore(score),
    formatInterval(low, high),
    formatSeconds(fitSeconds),
    isKnown(rowsPerSecond) ? formatCount(Math.round(rowsPerSecond)) : '–',
    isKnown(bytes) ? formatBytes(bytes) : '–',
  ];
}
