import type { GraphBuilder, TensorRef } from '../../onnx/graph.js';
import { ELEMENT_TYPES, type ElementType } from '../../onnx/proto.js';
import { MISSING_TIME } from '../../onnx/session.js';
import {
  type CyclicTable,
  cyclicTable,
  DAY,
  FIRST,
  LAST,
  type Part,
  type PlainPart,
} from './calendar-parts.js';

/** Days from 0000-03-01, where the arithmetic begins, to 1970-01-01. */
const EPOCH_SHIFT_DAYS = 719_468;
const DAYS_PER_ERA = 146_097;

/**
 * The parts of int64 [N,k] seconds as double [N,k] tensors, NaN where the time is missing.
 *
 * All arithmetic is on whole numbers of zero or more far below 2^53, in doubles: for them `Floor(Div(a, b))` is the
 * exact quotient (a/b is further below the next whole number than rounding reaches), and ONNX Runtime does it several
 * times as fast as int64 division. Whatever several parts need is computed once.
 *
 * Source of the formula: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (civil_from_days).
 */
export class CalendarGraph {
  readonly #graph: GraphBuilder;
  readonly #made = new Map<string, TensorRef>();
  readonly #input: TensorRef;

  constructor(graph: GraphBuilder, seconds: TensorRef) {
    this.#graph = graph;
    this.#input = seconds;
  }

  /** @param reference per column the time that `elapsed` counts from */
  part(part: Part, reference: readonly number[], unitSeconds: number): TensorRef {
    if (part === 'elapsed') return this.#elapsed(reference, unitSeconds);
    const table = cyclicTable(part);
    return table === undefined ? this.#plain(part as PlainPart) : this.#cyclic(table);
  }

  #elapsed(reference: readonly number[], unitSeconds: number): TensorRef {
    const start = this.#graph.constant('double', [1, reference.length], Float64Array.from(reference));
    return this.#div(this.#node('Sub', [this.#seconds(), start]), unitSeconds);
  }

  /** A missing time takes the table's last entry, for NaN is no index. */
  #cyclic({ part, first, values }: CyclicTable): TensorRef {
    const period = values.length;
    const index = this.#once(`${part} index`, () => {
      const place = this.#sub(this.#plain(part), first);
      const isMissing = this.#node('IsNaN', [place], 'bool');
      return this.#cast(this.#node('Where', [isMissing, this.#number(period), place]), 'int64');
    });
    const table = this.#graph.constant('double', [period + 1], Float64Array.of(...values, Number.NaN));
    return this.#node('Gather', [table, index]);
  }

  #plain(part: PlainPart): TensorRef {
    return this.#once(part, () => this.#make(part));
  }

  #make(part: PlainPart): TensorRef {
    switch (part) {
      case 'year':
        return this.#add(this.#marchYear(this.#days(), 'today'), this.#wraps());
      case 'quarter':
        return this.#floorDiv(this.#add(this.#plain('month'), 2), 3);
      case 'month':
        return this.#sub(this.#add(this.#marchMonth(), 3), this.#mul(this.#wraps(), 12));
      case 'week':
        return this.#week();
      case 'day': {
        const monthStart = this.#floorDiv(this.#add(this.#mul(this.#marchMonth(), 153), 2), 5);
        return this.#add(this.#sub(this.#dayOfMarchYear(), monthStart), 1);
      }
      case 'day_of_week':
        return this.#remainder(this.#add(this.#days(), 2), 7);
      case 'day_of_year':
        return this.#add(this.#sub(this.#days(), this.#newYear(this.#plain('year'))), 1);
      case 'hour':
        return this.#floorDiv(this.#secondOfDay(), 3600);
      case 'minute':
        return this.#remainder(this.#floorDiv(this.#secondOfDay(), 60), 60);
      case 'second':
        return this.#remainder(this.#secondOfDay(), 60);
      case 'weekend':
        // 0 to 4 are below one fifth of it; NaN stays NaN.
        return this.#floorDiv(this.#plain('day_of_week'), 5);
    }
  }

  /** ISO 8601: the week belongs to the year of its Thursday. */
  #week(): TensorRef {
    const thursday = this.#sub(this.#add(this.#days(), 3), this.#plain('day_of_week'));
    // In a year that begins in March the Thursdays of January and February lie in the year before.
    const marchYear = this.#marchYear(thursday, 'Thursday');
    const ownNewYear = this.#newYear(marchYear);
    const nextNewYear = this.#newYear(this.#add(marchYear, 1));
    const isNext = this.#node('Less', [thursday, nextNewYear], 'bool');
    const start = this.#node('Where', [isNext, ownNewYear, nextNewYear]);
    return this.#add(this.#floorDiv(this.#sub(thursday, start), 7), 1);
  }

  /** Seconds since 1970, clamped to the years 1 to 9999. */
  #seconds(): TensorRef {
    return this.#once('seconds', () => {
      const missing = this.#graph.constant('int64', [1, 1], BigInt64Array.of(MISSING_TIME));
      const isMissing = this.#node('Equal', [this.#input, missing], 'bool');
      const raised = this.#node('Max', [this.#cast(this.#input, 'double'), this.#number(FIRST)]);
      const clamped = this.#node('Min', [raised, this.#number(LAST)]);
      return this.#node('Where', [isMissing, this.#number(Number.NaN), clamped]);
    });
  }

  /** Seconds since 0000-03-01. */
  #shifted(): TensorRef {
    return this.#once('shifted', () => this.#add(this.#seconds(), EPOCH_SHIFT_DAYS * DAY));
  }

  /** Whole days since 0000-03-01. */
  #days(): TensorRef {
    return this.#once('days', () => this.#floorDiv(this.#shifted(), DAY));
  }

  #secondOfDay(): TensorRef {
    return this.#once('second of day', () => this.#sub(this.#shifted(), this.#mul(this.#days(), DAY)));
  }

  /** The year, counted from March to February, in which a day lies. */
  #marchYear(days: TensorRef, of: string): TensorRef {
    return this.#once(`march year of ${of}`, () => {
      const era = this.#floorDiv(days, DAYS_PER_ERA);
      const dayOfEra = this.#sub(days, this.#mul(era, DAYS_PER_ERA));
      const leapDays = this.#sub(
        this.#add(this.#sub(dayOfEra, this.#floorDiv(dayOfEra, 1460)), this.#floorDiv(dayOfEra, 36_524)),
        this.#floorDiv(dayOfEra, 146_096),
      );
      return this.#add(this.#floorDiv(leapDays, 365), this.#mul(era, 400));
    });
  }

  /** Days since 1 March. */
  #dayOfMarchYear(): TensorRef {
    return this.#once('day of march year', () =>
      this.#sub(this.#days(), this.#daysBefore(this.#marchYear(this.#days(), 'today'))),
    );
  }

  /** 0 = March. */
  #marchMonth(): TensorRef {
    return this.#once('march month', () =>
      this.#floorDiv(this.#add(this.#mul(this.#dayOfMarchYear(), 5), 2), 153),
    );
  }

  /** 1 in January and February, which belong to the next year; else 0. */
  #wraps(): TensorRef {
    return this.#once('wraps', () => this.#floorDiv(this.#marchMonth(), 10));
  }

  /** Days from 0000-03-01 to 1 March of a year. */
  #daysBefore(year: TensorRef): TensorRef {
    const leapDays = this.#add(
      this.#sub(this.#floorDiv(year, 4), this.#floorDiv(year, 100)),
      this.#floorDiv(year, 400),
    );
    return this.#add(this.#mul(year, 365), leapDays);
  }

  /** Days from 0000-03-01 to 1 January of a year: 306 after the March before. */
  #newYear(year: TensorRef): TensorRef {
    return this.#add(this.#daysBefore(this.#sub(year, 1)), 306);
  }

  #once(key: string, make: () => TensorRef): TensorRef {
    const made = this.#made.get(key) ?? make();
    this.#made.set(key, made);
    return made;
  }

  #remainder(value: TensorRef, divisor: number): TensorRef {
    return this.#sub(value, this.#mul(this.#floorDiv(value, divisor), divisor));
  }

  #floorDiv(value: TensorRef, divisor: number): TensorRef {
    return this.#node('Floor', [this.#div(value, divisor)]);
  }

  #div(value: TensorRef, divisor: number): TensorRef {
    return this.#node('Div', [value, this.#number(divisor)]);
  }

  #mul(value: TensorRef, factor: number): TensorRef {
    return this.#node('Mul', [value, this.#number(factor)]);
  }

  #add(left: TensorRef, right: TensorRef | number): TensorRef {
    return this.#node('Add', [left, typeof right === 'number' ? this.#number(right) : right]);
  }

  #sub(left: TensorRef, right: TensorRef | number): TensorRef {
    return this.#node('Sub', [left, typeof right === 'number' ? this.#number(right) : right]);
  }

  /** Of shape [1,1]: beside a [N,1] tensor ONNX Runtime (1.30) is some 20 times as slow with a constant of shape [1]. */
  #number(value: number): TensorRef {
    return this.#graph.constant('double', [1, 1], Float64Array.of(value));
  }

  #cast(tensor: TensorRef, type: ElementType): TensorRef {
    return this.#graph.node('Cast', [tensor], { type, attributes: { to: { int: ELEMENT_TYPES[type] } } });
  }

  #node(op: string, inputs: readonly TensorRef[], type: ElementType = 'double'): TensorRef {
    return this.#graph.node(op, inputs, { type });
  }
}
