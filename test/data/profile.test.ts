import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ProfileOptions, profileTable } from '#mlx/data/profile/profile-table.js';
import type {
  Association,
  CategoryProfile,
  ColumnProfile,
  NumberProfile,
  TableProfile,
  TimeProfile,
} from '#mlx/data/profile/table-profile.js';
import { createRandom } from '#mlx/stats/random.js';
import { expectClose, golden } from '../stats/closeness.js';
import { type Cells, inferred, tableOf } from './profile-tables.js';

interface Golden {
  readonly table: Readonly<Record<string, Cells>>;
  readonly columns: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly entropy: Readonly<Record<string, number>>;
  readonly pearson: readonly (readonly number[])[];
  readonly spearman: readonly (readonly number[])[];
  readonly against: Readonly<Record<string, Readonly<Record<string, Partial<Association>>>>>;
  readonly by_city: {
    readonly mean: Readonly<Record<string, number>>;
    readonly yes: Readonly<Record<string, number>>;
  };
}

const answers = golden<Golden>('profile');

function profile(
  cells: Readonly<Record<string, Cells>>,
  options: Partial<ProfileOptions> = {},
): TableProfile {
  const { table, schema } = tableOf(cells);
  return profileTable(table, schema, { seed: 1, ...options });
}

function column<Kind extends ColumnProfile['kind']>(
  { columns }: TableProfile,
  name: string,
): Extract<ColumnProfile, { kind: Kind }> {
  return columns.find((own) => own.name === name) as Extract<ColumnProfile, { kind: Kind }>;
}

const kindsOf = ({ alerts }: TableProfile) => alerts.map(({ kind }) => kind);

describe('the figures of a number column', () => {
  const whole = profile(answers.table);
  const names = [
    'count',
    'mean',
    'std',
    'min',
    '1%',
    '5%',
    '25%',
    '50%',
    '75%',
    '95%',
    '99%',
    'max',
    'skew',
    'kurt',
  ];

  it.each(Object.entries(answers.columns))('%s has those of pandas', (name, expected) => {
    const own = column<'number'>(whole, name);
    const { p1, p5, p25, p50, p75, p95, p99 } = own.quantiles as NonNullable<NumberProfile['quantiles']>;
    const figures = [
      ...[own.count, own.mean, own.sd, own.min, p1, p5, p25, p50, p75, p95, p99, own.max],
      ...[own.skewness, own.kurtosis],
    ];
    figures.forEach((figure, index) => {
      expectClose(figure as number, expected[names[index] as string] as number, 1e-9);
    });
    const { unique, zeros, negatives, outliers } = expected;
    expect(own).toMatchObject({ unique, zeros, negatives, outliers });
  });

  it('counts each value in the bin that holds it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), fc.integer({ min: -3, max: 3 })), {
          minLength: 2,
          maxLength: 60,
        }),
        fc.integer({ min: 2, max: 40 }),
        (values, bins) => {
          const { histogram } = column<'number'>(profile({ x: values }, { bins }), 'x');
          if (histogram === null) return;
          const { edges, counts, below, above } = histogram;
          const high = edges.at(-1) as number;
          const last = counts.length - 1;
          counts.forEach((count, bin) => {
            const [from, to] = [edges[bin] as number, edges[bin + 1] as number];
            const held = values.filter((v) => v >= from && (v < to || (bin === last && v <= to)));
            expect(count).toBe(held.length);
          });
          expect(below).toBe(values.filter((v) => v < (edges[0] as number)).length);
          expect(above).toBe(values.filter((v) => v > high).length);
        },
      ),
    );
  });

  it('has bins of one width whose edges are round', () => {
    const random = createRandom(1);
    const values = Array.from({ length: 500 }, () => random.next());
    const { edges } = column<'number'>(profile({ x: values }), 'x').histogram as NonNullable<
      NumberProfile['histogram']
    >;
    expect(edges).toEqual(Array.from({ length: 11 }, (_, i) => i / 10));
  });

  it('cuts a long tail off, says so, and keeps a short one', () => {
    const body = Array.from({ length: 300 }, (_, i) => i / 300);
    const long = column<'number'>(profile({ x: [...body, 50, 51] }), 'x');
    expect(long.histogram?.above).toBe(2);
    expect(long.max).toBe(51);
    expect(column<'number'>(profile({ x: [...body, 1.2] }), 'x').histogram?.above).toBe(0);
  });

  it('gives an integer bins that hold equally many integers', () => {
    const values = Array.from({ length: 1000 }, (_, i) => i % 100);
    const { counts, edges } = column<'number'>(profile({ x: values }), 'x').histogram as NonNullable<
      NumberProfile['histogram']
    >;
    expect(edges.every(Number.isInteger)).toBe(true);
    expect(new Set(counts).size).toBe(1);
  });
});

describe('the figures of a category column', () => {
  const whole = profile(answers.table, { topLevels: 3 });

  it.each(Object.entries(answers.entropy))('%s has the entropy of SciPy', (name, entropy) => {
    expectClose(column<'category'>(whole, name).entropy as number, entropy, 1e-9);
  });

  it('lists the most frequent levels and counts the others together', () => {
    const city = column<'category'>(whole, 'city');
    const counts = new Map<string, number>();
    for (const cell of answers.table.city as Cells)
      if (cell !== null) counts.set(String(cell), (counts.get(String(cell)) ?? 0) + 1);
    const ordered = [...counts].sort((a, b) => b[1] - a[1]);
    expect(city.levels).toEqual(ordered.slice(0, 3).map(([level, count]) => ({ level, count })));
    expect(city.otherLevels).toBe(ordered.length - 3);
    expect(city.otherCount).toBe(ordered.slice(3).reduce((sum, [, count]) => sum + count, 0));
  });

  it('orders equally frequent levels by name and measures levels in characters', () => {
    const own = column<'category'>(profile({ x: ['b', 'a😀', 'b', 'a😀', 'ccc', 'ccc'] }), 'x');
    expect(own.levels.map(({ level }) => level)).toEqual(['a😀', 'b', 'ccc']);
    expect([own.minLength, own.maxLength]).toEqual([1, 3]);
  });
});

describe('the association with a target', () => {
  const cases = Object.entries(answers.against).flatMap(([target, columns]) =>
    Object.entries(columns).map(([name, expected]) => ({ target, name, expected })),
  );

  it.each(cases)('of $name with $target is that of the oracle', ({ target, name, expected }) => {
    const { association } = column(profile(answers.table, { target }), name);
    for (const [key, value] of Object.entries(expected)) {
      expectClose(association?.[key as keyof Association] as number, value as number, 1e-9, 1e-12);
    }
  });

  it('shows the mean of the target in each level, and the share of its second class', () => {
    const meansByCity = (target: string) => {
      const { levels, target: groups } = column<'category'>(profile(answers.table, { target }), 'city');
      return groups?.kind === 'mean'
        ? levels.map(({ level }, i) => [level, groups.values[i] as number] as const)
        : [];
    };
    for (const [level, mean] of meansByCity('number'))
      expectClose(mean, answers.by_city.mean[level] as number, 1e-9);
    for (const [level, share] of meansByCity('binary'))
      expectClose(share, answers.by_city.yes[level] as number, 1e-9);
    expect(meansByCity('number')).toHaveLength(5);
  });

  it('shows the rows of each class in each bin where there are several, rows without a label left out', () => {
    const cells = { x: [1, 1, 1, 9, 9, 9], y: ['a', 'b', null, 'c', 'c', 'a'] };
    const { histogram } = column<'number'>(profile(cells, { target: 'y' }), 'x');
    expect(histogram?.target?.kind).toBe('classes');
    const counts = histogram?.target?.kind === 'classes' ? histogram.target.counts : [];
    expect(counts[0]).toEqual([1, 0, 1, 0]);
    expect(counts.at(-1)).toEqual([1, 2, 0, 0]);
  });

  it('tells the target where a column is missing', () => {
    const cells = { x: [1, null, 2, null], y: ['no', 'yes', 'no', 'no'] };
    expect(column(profile(cells, { target: 'y' }), 'x').missingTarget).toEqual({
      kind: 'mean',
      values: [0.5],
    });
  });

  it('sees a dependence that is not monotone', () => {
    const x = Array.from({ length: 400 }, (_, i) => i - 199.5);
    const { association } = column(profile({ x, y: x.map((v) => v * v) }, { target: 'y' }), 'x');
    expect(Math.abs(association?.pearson ?? 1)).toBeLessThan(0.02);
    expect(association?.strength).toBeGreaterThan(0.98);
  });

  it('compares nothing, and says why, where the target has one value', () => {
    const own = profile({ x: [1, 2, 3], y: ['a', 'a', 'a'] }, { target: 'y' });
    expect(own.target).toBeNull();
    expect(own.alerts[0]).toMatchObject({ kind: 'target-unusable' });
    expect(column(own, 'x').association).toBeNull();
  });

  it('leaves text and identifiers uncompared: each row has a level of its own', () => {
    const id = Array.from({ length: 60 }, (_, i) => `K-${i * 7}`);
    const own = column<'category'>(profile({ id, y: id.map((_, i) => i * 1.5) }, { target: 'y' }), 'id');
    expect(own).toMatchObject({ association: null, target: null });
  });
});

describe('the correlations', () => {
  it('are those of pandas, missing values left out pair by pair', () => {
    const { correlations } = profile(answers.table);
    expect(correlations?.columns).toEqual(['age', 'income', 'count', 'offset', 'number']);
    answers.pearson.forEach((row, i) => {
      row.forEach((value, j) => {
        expectClose(correlations?.pearson[i]?.[j] as number, value, 1e-9);
        expectClose(correlations?.spearman[i]?.[j] as number, answers.spearman[i]?.[j] as number, 1e-9);
      });
    });
  });

  it('keep to the columns that go best with the target when there are very many', () => {
    const random = createRandom(4);
    const noise = () => Array.from({ length: 80 }, () => random.normal());
    const y = noise();
    const cells: Record<string, Cells> = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`n${i}`, noise()]),
    );
    cells.good = y.map((v) => v + random.normal() / 10);
    const { correlations } = profile({ ...cells, y }, { target: 'y' });
    expect(correlations?.columns).toHaveLength(50);
    expect(correlations?.columns).toEqual(expect.arrayContaining(['good', 'y']));
    expect(correlations?.omitted).toBe(12);
  });
});

describe('times', () => {
  const hourly = Float64Array.from({ length: 24 * 14 }, (_, i) => Date.UTC(2024, 0, 1) / 1000 + i * 3600);

  function times(values: Float64Array): TimeProfile {
    const { table, schema } = inferred([{ kind: 'time', name: 't', values }]);
    return profileTable(table, schema, { seed: 1 }).columns[0] as TimeProfile;
  }

  it('are counted over days that begin at midnight, by hour and by day of the week', () => {
    const own = times(hourly);
    expect(own).toMatchObject({ first: '2024-01-01T00:00:00Z', last: '2024-01-14T23:00:00Z' });
    const edges = own.histogram?.edges ?? [];
    expect(edges.every((edge) => edge % 43_200 === 0)).toBe(true);
    expect(own.histogram?.counts.reduce((sum, count) => sum + count)).toBe(24 * 14);
    expect(own.hours?.counts).toEqual(new Array(24).fill(14));
    expect(own.weekdays?.counts).toEqual(new Array(7).fill(48));
  });

  it('begin the week on Monday, before 1970 too', () => {
    const dayBefore = times(Float64Array.of(Date.UTC(1969, 11, 29) / 1000, Date.UTC(1970, 0, 4) / 1000));
    expect(dayBefore.weekdays?.counts).toEqual([1, 0, 0, 0, 0, 0, 1]);
    expect(dayBefore.hours).toBeNull();
  });

  it('of many years are counted over months and years that the calendar begins', () => {
    const years = Float64Array.from({ length: 200 }, (_, i) => Date.UTC(1900 + i, 5, 1) / 1000);
    const edges = times(years).histogram?.edges ?? [];
    expect(edges.length).toBeLessThan(32);
    expect(edges.map((edge) => new Date(edge * 1000).toISOString().slice(4))).toEqual(
      edges.map(() => '-01-01T00:00:00.000Z'),
    );
  });
});

describe('odd tables', () => {
  it.each<[string, Record<string, Cells>]>([
    ['a constant column', { x: [2, 2, 2], y: ['a', 'a', 'a'] }],
    ['an all missing column', { x: [null, null], y: ['a', 'b'] }],
    ['one row', { x: [1.5], y: ['a'] }],
    ['no rows', { x: [] }],
    ['values at the ends of the double range', { x: [-1.7e308, 1.7e308, 0, 5e-324, 1] }],
    ['values that differ in their last bits', { x: [1e15 + 0.125, 1e15 + 0.25, 1e15 + 0.375] }],
  ])('%s has a profile that is plain JSON', (_, cells) => {
    const own = profile(cells, { target: Object.keys(cells).at(-1) as string });
    expect(JSON.parse(JSON.stringify(own))).toEqual(own);
    for (const { count, missing } of own.columns) expect(count + missing).toBe(own.rows);
  });

  it('a constant has spread 0 and one bin', () => {
    const own = column<'number'>(profile({ x: [2, 2, 2, 2] }), 'x');
    expect(own).toMatchObject({ sd: 0, skewness: 0, kurtosis: 0, histogram: { edges: [2, 2], counts: [4] } });
  });

  it('gives the same profile again, and the same whether ranks come from all rows or a sample as large', () => {
    expect(profile(answers.table, { target: 'number' })).toEqual(
      profile(answers.table, { target: 'number' }),
    );
  });
});

describe('a table with more rows than the sample', () => {
  const random = createRandom(9);
  const x = Array.from({ length: 5000 }, () => random.normal());
  const cells = { x, y: x.map((v) => v + random.normal()) };

  it('says how many rows ranks come from, and comes close to the whole', () => {
    const [sampled, whole] = [
      profile(cells, { target: 'y', maxSampleRows: 2000 }),
      profile(cells, { target: 'y' }),
    ];
    expect([sampled.rankRows, whole.rankRows]).toEqual([2000, 5000]);
    const of = (own: TableProfile) => column<'number'>(own, 'x');
    expect(of(sampled).association?.spearman).toBeCloseTo(of(whole).association?.spearman as number, 1);
    expect({ ...of(sampled), association: null }).toEqual({ ...of(whole), association: null });
    expect(of(sampled).association?.pearson).toBe(of(whole).association?.pearson);
  });

  it('draws by the seed', () => {
    const spearman = (seed: number) =>
      column(profile(cells, { target: 'y', maxSampleRows: 500, seed }), 'x').association?.spearman;
    expect(spearman(1)).toBe(spearman(1));
    expect(spearman(1)).not.toBe(spearman(2));
  });
});

describe('alerts', () => {
  const rows = 100;
  const of = (cell: (row: number) => number | string | null): Cells =>
    Array.from({ length: rows }, (_, row) => cell(row));

  const many = (cell: (row: number) => number | string): Cells =>
    Array.from({ length: 1200 }, (_, row) => cell(row));

  it.each<[string, Record<string, Cells>, string | undefined]>([
    ['all-missing', { x: of(() => null) }, undefined],
    ['high-missing', { x: of((row) => (row % 3 === 0 ? null : row * 1.5)) }, undefined],
    ['constant', { x: of(() => 7) }, undefined],
    ['almost-constant', { x: many((row) => (row === 0 ? 'b' : 'a')) }, undefined],
    ['high-cardinality', { x: many((row) => `level ${row % 60}`) }, undefined],
    ['skewed', { x: of((row) => (row === 5 ? 1e6 : row + 0.5)) }, undefined],
    ['many-zeros', { x: of((row) => (row % 4 === 0 ? row + 1 : 0)) }, undefined],
    ['correlated', { x: of((row) => row * 1.5), z: of((row) => -row + (row % 2) / 2) }, undefined],
    ['leak', { x: many((row) => row * 1.5), y: many((row) => (row < 500 ? 'a' : 'b')) }, 'y'],
    ['rare-class', { x: of((row) => (row * 37) % 11), y: of((row) => (row < 3 ? 'a' : 'b')) }, 'y'],
  ])('%s is raised where it is so', (kind, cells, target) => {
    expect(kindsOf(profile(cells, target === undefined ? {} : { target }))).toContain(kind);
  });

  it('are not raised for a flag of few ones, nor for well-behaved numbers', () => {
    const random = createRandom(2);
    expect(kindsOf(profile({ x: of((row) => (row === 0 ? 1 : 0)), z: of(() => random.normal()) }))).toEqual(
      [],
    );
  });

  it('count repeated rows where they were counted', () => {
    expect(kindsOf(profile({ x: [1, 1, 2] }, { duplicateRows: 1 }))).toEqual(['duplicate-rows']);
  });
});

describe('the type of a profile', () => {
  it('refuses a target that the table does not have', () => {
    expect(() => profile({ x: [1, 2] }, { target: 'y' })).toThrow(/no column "y"/);
  });

  it('takes the schema’s counts of distinct values where it was inferred from the table', () => {
    const { table, schema } = tableOf({ x: [1, 1, 2], y: ['a', 'b', 'b'] });
    const [own, taken] = [false, true].map((isInferred) =>
      profileTable(table, schema, { seed: 1, isInferred }),
    );
    expect(taken).toEqual(own);
    const category = own?.columns[1] as CategoryProfile;
    expect(category.unique).toBe(2);
  });
});
