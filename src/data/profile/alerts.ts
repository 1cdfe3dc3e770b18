import type { ColumnProfile, ProfileAlert, TableProfile } from './table-profile.js';

const HIGH_MISSING = 0.2;
/** One value in more than this share of the rows with a value. */
const ALMOST_CONSTANT = 0.99;
const MANY_LEVELS = 50;
/** Pandas' G₁; an exponential distribution has 2. */
const SKEWED = 3;
const MANY_ZEROS = 0.5;
/** So strong an association is seldom more than the target itself in other words. */
const LEAK = 0.95;
const CORRELATED = 0.9;
const RARE_CLASS = 0.05;
/** Fewer rows prove little. */
const MIN_ROWS = 30;

/** What is worth a look before anything is learned from the table. */
export function findAlerts(profile: Omit<TableProfile, 'alerts'>): ProfileAlert[] {
  return [
    ...duplicates(profile),
    ...rareClasses(profile),
    ...profile.columns.flatMap((column) => columnAlerts(column, profile.rows)),
    ...correlatedPairs(profile),
  ];
}

function duplicates({ duplicateRows, rows }: Omit<TableProfile, 'alerts'>): ProfileAlert[] {
  if (duplicateRows === null || duplicateRows === 0) return [];
  const message = `${duplicateRows} of ${rows} rows repeat an earlier one`;
  return [{ kind: 'duplicate-rows', columns: [], message }];
}

function rareClasses({ target, rows }: Omit<TableProfile, 'alerts'>): ProfileAlert[] {
  if (target === null) return [];
  const labelled = rows - target.missing;
  const rare = target.classes.filter(({ count }) => count / labelled < RARE_CLASS);
  return rare.map(({ level, count }) => ({
    kind: 'rare-class',
    columns: [target.name],
    message: `only ${share(count / labelled)} of the rows have the class ${quoted(level)}`,
  }));
}

function columnAlerts(column: ColumnProfile, rows: number): ProfileAlert[] {
  const alert = (kind: ProfileAlert['kind'], message: string): ProfileAlert[] => [
    { kind, columns: [column.name], message },
  ];
  if (column.count === 0) return alert('all-missing', 'every value is missing');
  const missing =
    column.missingShare > HIGH_MISSING
      ? alert('high-missing', `${share(column.missingShare)} of the values are missing`)
      : [];
  if (column.unique === 1)
    return [...missing, ...alert('constant', 'has the same value in every row that has one')];
  const strength = column.association?.strength ?? 0;
  const leak =
    strength > LEAK && rows >= MIN_ROWS
      ? alert(
          'leak',
          `tells the target almost perfectly (strength ${strength.toFixed(2)}): is it known before the target is?`,
        )
      : [];
  return [...missing, ...leak, ...shapeAlerts(column, alert)];
}

function shapeAlerts(
  column: ColumnProfile,
  alert: (kind: ProfileAlert['kind'], message: string) => ProfileAlert[],
): ProfileAlert[] {
  if (column.kind === 'number') {
    // Two values, 0 and 1 most often, are a flag: its shares are in the plot.
    if (column.unique === 2) return [];
    const zeros = column.zeros / column.count;
    return [
      ...(zeros > MANY_ZEROS ? alert('many-zeros', `${share(zeros)} of the values are 0`) : []),
      ...(Math.abs(column.skewness ?? 0) > SKEWED
        ? alert(
            'skewed',
            `is skewed (${(column.skewness as number).toFixed(1)}): a few values are far from the rest`,
          )
        : []),
    ];
  }
  if (column.kind === 'time' || column.type === 'text' || column.type === 'identifier') return [];
  const [mode] = column.levels;
  return [
    ...(mode !== undefined && mode.count / column.count > ALMOST_CONSTANT
      ? alert(
          'almost-constant',
          `${share(mode.count / column.count)} of the values are ${quoted(mode.level)}`,
        )
      : []),
    ...(column.unique > MANY_LEVELS ? alert('high-cardinality', `has ${column.unique} levels`) : []),
  ];
}

function correlatedPairs({ correlations, target }: Omit<TableProfile, 'alerts'>): ProfileAlert[] {
  if (correlations === null || correlations.rows < MIN_ROWS) return [];
  const { columns, pearson, spearman } = correlations;
  return columns.flatMap((first, i) =>
    columns.slice(i + 1).flatMap((second, offset) => {
      const j = i + 1 + offset;
      const [r, rho] = [pearson[i]?.[j] ?? 0, spearman[i]?.[j] ?? 0];
      const strongest = Math.abs(r) >= Math.abs(rho) ? r : rho;
      // With the target it is an association, or a leak.
      if (Math.abs(strongest) <= CORRELATED || [first, second].includes(target?.name ?? '')) return [];
      const name = strongest === r ? 'Pearson' : 'Spearman';
      const message = `go together almost as one (${name} ${strongest.toFixed(2)})`;
      return [{ kind: 'correlated', columns: [first, second], message } as const];
    }),
  );
}

function share(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}

function quoted(level: string): string {
  return JSON.stringify(level.length > 40 ? `${level.slice(0, 39)}…` : level);
}
