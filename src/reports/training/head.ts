import { type Html, html, nameOf, type Part, shownText } from '../../html.js';
import { formatBytes, formatCount, formatInterval, formatScore, formatSeconds } from '../format.js';
import { metricName } from './metric-words.js';
import type { TrainingReport } from './report.js';
import { type Tone, verdicts } from './verdict.js';

const MAX_CLASSES_NAMED = 3;
const MARKS: Readonly<Record<Tone, string>> = { good: '✓', warn: '!', plain: '·' };
const MARK_WORDS: Readonly<Record<Tone, string>> = { good: 'Good: ', warn: 'Mind: ', plain: '' };

/** What the run is, its main figures, and the verdict in words. */
export function headMarkup(report: TrainingReport): Html {
  const { run } = report;
  const day = run.createdAt.slice(0, 10);
  const time = run.createdAt.slice(11, 16);
  return html`<header><h1>${nameOf(run.name, 120)}</h1><p class="soft">Training run · ${shownText(run.algorithm, 60)} predicts ${nameOf(run.target, 60)} · ${shownText(day, 10)}${time === '' ? null : ` ${shownText(time, 5)} UTC`} · mlx ${shownText(run.mlxVersion, 20)}</p>${tiles(report)}${verdictList(report)}</header>`;
}

function tiles({ run, metrics, data, timings }: TrainingReport): Html {
  const [primary] = metrics;
  const fitting = timings?.find(({ name }) => name === 'fitting');
  return html`<dl class="facts">${
    primary === undefined
      ? null
      : tile(
          metricName(primary.name),
          formatScore(primary.value),
          formatInterval(primary.low, primary.high) || null,
        )
  }${tile('target', nameOf(run.target, 40), targetWords(run))}${
    data === undefined ? null : tile('rows', formatCount(data.rows), heldOut(data))
  }${tile('algorithm', html`<span class="words">${shownText(run.algorithm, 40)}</span>`, fitting === undefined ? null : `fitted in ${formatSeconds(fitting.seconds)}`)}${
    run.model === undefined
      ? null
      : tile('model file', formatBytes(run.model.bytes), certificateWord(run.certificate))
  }</dl>`;
}

function heldOut({ testRows }: NonNullable<TrainingReport['data']>): string | null {
  return testRows === undefined ? null : `${formatCount(testRows)} held out`;
}

function certificateWord(certificate: TrainingReport['run']['certificate']): string {
  if (certificate === undefined) return 'not certified';
  return certificate.passed ? 'certified' : 'certificate NOT passed';
}

function targetWords({ task, classes }: TrainingReport['run']): string {
  if (task === 'regression') return 'a number';
  const named = classes.slice(0, MAX_CLASSES_NAMED).map((name) => shownText(name, 20));
  return `${formatCount(classes.length)} classes: ${named.join(', ')}${classes.length > MAX_CLASSES_NAMED ? ' …' : ''}`;
}

function tile(name: string, value: Part, more: Part): Html {
  return html`<div><dt>${name}</dt><dd>${value}${more === null ? null : html`<small>${more}</small>`}</dd></div>`;
}

function verdictList(report: TrainingReport): Part {
  const sentences = verdicts(report);
  if (sentences.length === 0) return null;
  return html`<ul class="verdict">${sentences.map(
    ({ tone, text }) =>
      html`<li class="${tone}"><span class="mark-sign" aria-hidden="true">${MARKS[tone]}</span><span class="unseen">${MARK_WORDS[tone]}</span><span>${text}</span></li>`,
  )}</ul>`;
}
