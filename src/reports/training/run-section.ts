import { type Html, html, type Part, shownText } from '../../html.js';
import { formatBytes, formatCount, formatSeconds } from '../format.js';
import { pairsList } from './data-section.js';
import { card, figureTable, restNote, type Section, section } from './layout.js';
import type { Parameter, ReportedCertificate, TrainingReport } from './report.js';

const MAX_PARAMETERS = 60;

/** How to make it again, and where it was made. */
export function runSection(report: TrainingReport): Section | null {
  const { parameters = [], environment = [], timings = [], command, run } = report;
  const { certificate, model } = run;
  const facts: (readonly [string, Part])[] = [
    ['run', html`<code>${shownText(run.id, 60)}</code>`],
    ...(model === undefined
      ? []
      : ([
          ['model file', formatBytes(model.bytes)],
          ['SHA-256', html`<code>${shownText(model.sha256, 64)}</code>`],
        ] as const)),
    ...certificateFacts(certificate),
  ];
  return section('run', 'How to make it again', [
    command === undefined ? null : commandCard(command),
    parameters.length === 0 ? null : parametersCard(parameters),
    card('Model and certificate', pairsList(facts)),
    environment.length === 0
      ? null
      : card(
          'Environment',
          pairsList(environment.map(({ name, value }) => [shownText(name, 40), shownText(value, 120)])),
        ),
    timings.length === 0
      ? null
      : card(
          'Time taken',
          pairsList(timings.map(({ name, seconds }) => [shownText(name, 40), formatSeconds(seconds)])),
        ),
  ]);
}

/** What the certificate compared; the same for the page and the model card. */
export function certificateFacts(
  certificate: ReportedCertificate | undefined,
): (readonly [string, string])[] {
  if (certificate === undefined) return [['certificate', 'none']];
  const { passed, rows, batchSizes, threads, rowOrders } = certificate;
  return [
    ['certificate', passed ? 'passed' : 'NOT passed'],
    ['compared', `${formatCount(rows)} held-out rows`],
    ['batch sizes', batchSizes.map(formatCount).join(', ')],
    ['threads', threads.join(', ')],
    ['order of rows', rowOrders.map((order) => shownText(order, 20)).join(', ')],
  ];
}

function commandCard(command: string): Html {
  return card('Command', html`<pre><code>${shownText(command, 2000)}</code></pre>`, { isWide: true });
}

function parametersCard(parameters: readonly Parameter[]): Html {
  const ordered = parameters.toSorted((a, b) => Number(b.isChosen ?? false) - Number(a.isChosen ?? false));
  const shown = ordered.slice(0, MAX_PARAMETERS);
  const rows = shown.map(({ name, value, isChosen }) => ({
    cells: [
      html`<code>${shownText(name, 60)}</code>`,
      shownText(value, 120),
      isChosen === true ? html`<span class="chip">chosen</span>` : html`<span class="soft">default</span>`,
    ],
  }));
  const columns = [{ name: 'parameter' }, { name: 'value' }, { name: 'from' }];
  return card('Parameters', [
    figureTable('Parameters of the algorithm', columns, rows),
    restNote(shown.length, parameters.length, 'parameters'),
  ]);
}
