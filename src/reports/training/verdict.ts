import { shownText } from '../../html.js';
import { formatCount, formatInterval, formatScore, formatShare, isKnown } from '../format.js';
import { intervalName, metricName } from './metric-words.js';
import type { ReportedMetric, TrainingReport } from './report.js';
import { worstSlices } from './worst-slice.js';

export type Tone = 'good' | 'warn' | 'plain';

/** A sentence about the run; `good` and `warn` are judgements. */
export interface Verdict {
  readonly tone: Tone;
  readonly text: string;
}

const NAME_LENGTH = 40;

/** What a reader should know first, in words; the same for the page and the model card. */
export function verdicts(report: TrainingReport): readonly Verdict[] {
  return [
    ...primaryVerdict(report),
    ...sliceVerdict(report),
    ...calibrationVerdict(report),
    ...leaderboardVerdict(report),
    ...certificateVerdict(report),
    ...(report.warnings ?? []).map((text) => ({ tone: 'warn', text: shownText(text, 400) }) as const),
  ];
}

function primaryVerdict({ metrics, intervals }: TrainingReport): readonly Verdict[] {
  const [primary] = metrics;
  if (primary === undefined || !isKnown(primary.value)) return [];
  const interval = formatInterval(primary.low, primary.high);
  const within = interval === '' ? '' : ` (${intervalName(intervals?.level)} ${interval})`;
  const measured = `${metricName(primary.name)} is ${formatScore(primary.value)}${within}`;
  const { baseline } = primary;
  if (!isKnown(baseline)) return [{ tone: 'plain', text: `${measured}.` }];
  const comparison = beatsBaseline(primary);
  const against = `the baseline, which ignores every column, has ${formatScore(baseline)}`;
  if (comparison === 'better') return [{ tone: 'good', text: `${measured}; ${against}.` }];
  if (comparison === 'worse')
    return [{ tone: 'warn', text: `${measured}; ${against}: the model is worse than that.` }];
  return [{ tone: 'warn', text: `${measured}; ${against}: the model cannot be told from that.` }];
}

/** By the interval where there is one, else by the value. */
function beatsBaseline({
  value,
  low,
  high,
  baseline,
  better,
}: ReportedMetric): 'better' | 'worse' | 'unclear' {
  if (!isKnown(value) || !isKnown(baseline) || better === null || better === undefined) return 'unclear';
  const [least, most] = [isKnown(low) ? low : value, isKnown(high) ? high : value];
  if (better === 'higher') return least > baseline ? 'better' : most < baseline ? 'worse' : 'unclear';
  return most < baseline ? 'better' : least > baseline ? 'worse' : 'unclear';
}

function sliceVerdict({ slices }: TrainingReport): readonly Verdict[] {
  if (slices === undefined) return [];
  const [worst] = worstSlices(slices);
  if (worst === undefined) {
    const isJudged = slices.columns.some((column) =>
      column.slices.some(({ isWorse }) => isWorse !== undefined),
    );
    return isJudged
      ? [{ tone: 'good', text: 'No slice is weaker than the rest by more than chance would have it.' }]
      : [];
  }
  const { column, slice } = worst;
  const interval = formatInterval(slice.low, slice.high);
  const where = `${shownText(column, NAME_LENGTH)} = ${shownText(slice.name, NAME_LENGTH)}`;
  const rows = `${formatCount(slice.rows)} rows${interval === '' ? '' : `, ${interval}`}`;
  const overall = isKnown(slices.overall) ? `, against ${formatScore(slices.overall)} overall` : '';
  const text = `Weakest where ${where}: ${metricName(slices.metric)} ${formatScore(slice.value)} (${rows})${overall}.`;
  return [{ tone: slice.isWorse === true ? 'warn' : 'plain', text }];
}

function calibrationVerdict({ calibration }: TrainingReport): readonly Verdict[] {
  if (calibration === undefined || !isKnown(calibration.after.error)) return [];
  const before = calibration.before?.error;
  const was = isKnown(before) ? `; ${formatShare(before)} before calibration (${calibration.method})` : '';
  return [
    {
      tone: 'plain',
      text: `Probabilities are off by ${formatShare(calibration.after.error)} on average${was}.`,
    },
  ];
}

function leaderboardVerdict({ leaderboard }: TrainingReport): readonly Verdict[] {
  if (leaderboard === undefined) return [];
  const scored = leaderboard.entries.filter(({ score }) => isKnown(score));
  const chosen = scored.find(({ isChosen }) => isChosen === true) ?? scored[0];
  const next = scored.find((entry) => entry !== chosen);
  if (chosen === undefined || next === undefined) return [];
  const name = metricName(leaderboard.metric);
  const text = `${shownText(chosen.algorithm, NAME_LENGTH)} was chosen of ${scored.length} algorithms (${name} ${formatScore(chosen.score)}); next is ${shownText(next.algorithm, NAME_LENGTH)} (${formatScore(next.score)}).`;
  return [{ tone: 'plain', text }];
}

function certificateVerdict({ run: { certificate } }: TrainingReport): readonly Verdict[] {
  if (certificate === undefined) return [];
  return certificate.passed
    ? [
        {
          tone: 'good',
          text: 'Certified: the saved model gives the same scores, byte for byte, whatever the batch size, the number of threads and the order of rows.',
        },
      ]
    : [{ tone: 'warn', text: 'Not certified: scores depend on batch size, threads or the order of rows.' }];
}
