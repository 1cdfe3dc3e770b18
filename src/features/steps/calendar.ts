import type { GraphBuilder, TensorRef } from '../../onnx/graph.js';
import { ELEMENT_TYPES } from '../../onnx/proto.js';
import type { NumberBlock, TimeBlock } from '../block.js';
import type { Step } from '../step.js';

type State = { readonly columns: number };

/** The features that one time column becomes, in order. */
const PARTS = ['year', 'month', 'day', 'day_of_week', 'hour'] as const;

const DAY = 86_400;
/** Days from 0000-03-01, where the arithmetic begins, to 1970-01-01. */
const EPOCH_SHIFT_DAYS = 719_468;
const FIRST = -62_135_596_800; // 0001-01-01T00:00:00Z
const LAST = 253_402_300_799; // 9999-12-31T23:59:59Z

/**
 * A UTC time becomes year, month (1-12), day (1-31), day of week (Monday = 0) and hour (0-23). There is no
 * count of days: trees cannot go on with a trend beyond the days that they saw. Times outside the years 1 to 9999 are taken as the nearest in them.
 *
 * Integer arithmetic only, so that any batch gives the same bits. Source of the formula: Howard Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms" (civil_from_days), shifted so that no quotient is negative.
 */
export const calendar: Step<TimeBlock, NumberBlock, State> = {
  name: 'calendar',
  summary: 'a time becomes year, month, day, day of week and hour',
  accepts: 'time',
  parameters: {},
  fit(block) {
    return { columns: block.columns.length };
  },
  apply(block) {
    const names = PARTS.flatMap((part) => block.names.map((name) => `${name}.${part}`));
    const width = block.columns.length;
    const columns = names.map((_, index) => {
      const part = PARTS[Math.floor(index / width)] as (typeof PARTS)[number];
      return (block.columns[index % width] as Float64Array).map((seconds) => partsOf(seconds)[part]);
    });
    return { kind: 'number', names, columns };
  },
  emit(graph, { tensor }) {
    const parts = new CalendarGraph(graph).parts(tensor);
    const joined = graph.node('Concat', parts, { type: 'int64', attributes: { axis: { int: 1 } } });
    return {
      kind: 'number',
      tensor: graph.node('Cast', [joined], {
        type: 'double',
        attributes: { to: { int: ELEMENT_TYPES.double } },
      }),
    };
  },
};

function partsOf(seconds: number): Record<(typeof PARTS)[number], number> {
  const clamped = Math.min(Math.max(seconds, FIRST), LAST);
  const date = new Date(clamped * 1000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    day_of_week: (date.getUTCDay() + 6) % 7,
    hour: date.getUTCHours(),
  };
}

/** int64 arithmetic on [N,k] tensors; every division has operands of zero or more. */
class CalendarGraph {
  readonly #graph: GraphBuilder;

  constructor(graph: GraphBuilder) {
    this.#graph = graph;
  }

  parts(seconds: TensorRef): TensorRef[] {
    const shifted = this.#operate('Add', this.#clamp(seconds), EPOCH_SHIFT_DAYS * DAY);
    const days = this.#operate('Div', shifted, DAY);
    const hour = this.#operate('Div', this.#operate('Sub', shifted, this.#operate('Mul', days, DAY)), 3600);
    const [year, month, day] = this.#civil(days);
    return [year, month, day, this.#remainder(this.#operate('Add', days, 2), 7), hour];
  }

  #civil(days: TensorRef): [TensorRef, TensorRef, TensorRef] {
    const era = this.#operate('Div', days, 146_097);
    const dayOfEra = this.#operate('Sub', days, this.#operate('Mul', era, 146_097));
    const leaps = this.#operate(
      'Sub',
      this.#operate(
        'Add',
        this.#operate('Sub', dayOfEra, this.#operate('Div', dayOfEra, 1460)),
        this.#operate('Div', dayOfEra, 36_524),
      ),
      this.#operate('Div', dayOfEra, 146_096),
    );
    const yearOfEra = this.#operate('Div', leaps, 365);
    const daysBefore = this.#operate(
      'Sub',
      this.#operate('Add', this.#operate('Mul', yearOfEra, 365), this.#operate('Div', yearOfEra, 4)),
      this.#operate('Div', yearOfEra, 100),
    );
    const dayOfYear = this.#operate('Sub', dayOfEra, daysBefore);
    const shiftedMonth = this.#operate(
      'Div',
      this.#operate('Add', this.#operate('Mul', dayOfYear, 5), 2),
      153,
    );
    const monthStart = this.#operate(
      'Div',
      this.#operate('Add', this.#operate('Mul', shiftedMonth, 153), 2),
      5,
    );
    const day = this.#operate('Add', this.#operate('Sub', dayOfYear, monthStart), 1);
    const wraps = this.#operate('Div', shiftedMonth, 10);
    const month = this.#operate(
      'Sub',
      this.#operate('Add', shiftedMonth, 3),
      this.#operate('Mul', wraps, 12),
    );
    const year = this.#operate('Add', this.#operate('Add', yearOfEra, this.#operate('Mul', era, 400)), wraps);
    return [year, month, day];
  }

  /**
   * By way of doubles, which hold every second in question: ONNX Runtime's int64 Min and Max (1.30, x64) compare
   * the lower 32 bits with a sign, and only where they work on several numbers at once.
   */
  #clamp(seconds: TensorRef): TensorRef {
    const bound = (value: number): TensorRef => this.#graph.constant('double', [1], Float64Array.of(value));
    const raised = this.#graph.node('Max', [this.#cast(seconds, 'double'), bound(FIRST)], { type: 'double' });
    const clamped = this.#graph.node('Min', [raised, bound(LAST)], { type: 'double' });
    return this.#cast(clamped, 'int64');
  }

  #cast(tensor: TensorRef, type: 'double' | 'int64'): TensorRef {
    return this.#graph.node('Cast', [tensor], { type, attributes: { to: { int: ELEMENT_TYPES[type] } } });
  }

  #remainder(value: TensorRef, divisor: number): TensorRef {
    return this.#operate('Sub', value, this.#operate('Mul', this.#operate('Div', value, divisor), divisor));
  }

  #operate(op: 'Add' | 'Sub' | 'Mul' | 'Div', left: TensorRef, right: TensorRef | number): TensorRef {
    const operand =
      typeof right === 'number' ? this.#graph.constant('int64', [1], BigInt64Array.of(BigInt(right))) : right;
    return this.#graph.node(op, [left, operand], { type: 'int64' });
  }
}
