import { MlxError } from '../../errors.js';
import { didYouMean } from '../../suggest.js';
import type { NumberBlock, TimeBlock } from '../block.js';
import type { Step, StepOptions } from '../step.js';
import { CalendarGraph } from './calendar-graph.js';
import { clampTime, cyclicTable, PARTS, type Part, type PlainPart, partOfTimes } from './calendar-parts.js';
import { isoSeconds } from './fill-time.js';

type State = {
  readonly parts: readonly Part[];
  /** Per column the time in seconds that `elapsed` counts from. */
  readonly reference: readonly number[];
  readonly unit_seconds: number;
};

const UNIT_SECONDS: Readonly<Record<string, number>> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 };

/**
 * A UTC time becomes numbers, one column `name.part` for each of `parts`:
 *
 * year · quarter (1-4) · month (1-12) · week (ISO 8601, 1-53) · day (1-31) · day_of_week (Monday = 0) ·
 * day_of_year (1-366) · hour · minute · second · weekend (Saturday and Sunday 1, else 0) · elapsed (time since
 * `reference`, by default the earliest training time, in `elapsed_unit`, with its fraction) · sine and cosine of
 * where month, day_of_week, day_of_year, hour and minute stand in their circle, `month_sin`, `month_cos` …
 *
 * The default leaves out what trees do not need: circles, and a trend, which they cannot carry on beyond the days
 * that they saw. A missing time gives NaN; times outside the years 1 to 9999 are taken as the nearest in them.
 * Sine and cosine come from tables, since ONNX Runtime's own give other bits for one row than for many.
 * @throws MlxError PARAM_INVALID for an unknown part, no part, or a reference that is no time
 */
export const calendar: Step<TimeBlock, NumberBlock, State> = {
  name: 'calendar',
  summary: 'a time becomes its parts: year, month, day of week …, elapsed time, sine and cosine',
  accepts: 'time',
  parameters: {
    parts: {
      kind: 'list',
      default: ['year', 'month', 'day', 'day_of_week', 'hour'],
      help: `columns to make: ${PARTS.join(', ')}`,
    },
    reference: {
      kind: 'text',
      default: null,
      help: 'the time that elapsed counts from, as ISO 8601; the earliest training time when not given',
    },
    elapsed_unit: {
      kind: 'choice',
      choices: Object.keys(UNIT_SECONDS),
      default: 'days',
      help: 'the unit of elapsed',
    },
  },
  fit(block, options) {
    const given = options.reference === null ? null : isoSeconds('reference', options.reference as string);
    return {
      parts: partsOf(options),
      reference: block.columns.map((column) => clampTime(given ?? earliest(column))),
      unit_seconds: UNIT_SECONDS[options.elapsed_unit as string] as number,
    };
  },
  apply(block, state) {
    return {
      kind: 'number',
      names: state.parts.flatMap((part) => block.names.map((name) => `${name}.${part}`)),
      columns: state.parts.flatMap((part) =>
        block.columns.map((times, index) => columnOf(part, times, state.reference[index] as number, state)),
      ),
    };
  },
  sources({ parts, reference }) {
    return parts.flatMap(() => reference.map((_, column) => [column]));
  },
  emit(graph, { tensor }, state) {
    const calendarGraph = new CalendarGraph(graph, tensor);
    const parts = state.parts.map((part) => calendarGraph.part(part, state.reference, state.unit_seconds));
    return {
      kind: 'number',
      tensor: graph.node('Concat', parts, { type: 'double', attributes: { axis: { int: 1 } } }),
    };
  },
};

function columnOf(part: Part, times: Float64Array, reference: number, state: State): Float64Array {
  if (part === 'elapsed')
    return times.map((seconds) => (clampTime(seconds) - reference) / state.unit_seconds);
  const table = cyclicTable(part);
  if (table === undefined) return partOfTimes(part as PlainPart, times);
  return partOfTimes(table.part, times).map((value) => table.values[value - table.first] ?? Number.NaN);
}

function partsOf(options: StepOptions): readonly Part[] {
  const given = options.parts as readonly (string | number)[];
  const unknown = given.find((part) => !PARTS.includes(part as Part));
  if (given.length > 0 && unknown === undefined) return [...new Set(given as Part[])];
  const problem = unknown === undefined ? 'The list "parts" is empty.' : `A time has no part "${unknown}".`;
  throw new MlxError('PARAM_INVALID', problem, {
    hint: didYouMean(String(unknown ?? ''), PARTS),
    details: { parts: PARTS },
  });
}

/** The earliest time that is there; 1970 for a column without any. */
function earliest(column: Float64Array): number {
  const least = column.reduce(
    (least, seconds) => (seconds < least ? seconds : least),
    Number.POSITIVE_INFINITY,
  );
  // + 0: a negative zero would not survive JSON.
  return Number.isFinite(least) ? least + 0 : 0;
}
