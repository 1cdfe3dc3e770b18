import type { Anomaly, AnomalyKind } from '../../data/anomaly.js';
import { inputName } from '../../data/input-name.js';
import type { PreprocessDocument } from './document.js';

/** What is checked of each column, and the anomalies that speak of it. */
const CHECKS: Readonly<Record<string, readonly AnomalyKind[]>> = {
  presence: ['missing-column', 'new-column'],
  type: ['wrong-type', 'odd-cells', 'ambiguous-time'],
  missing: ['all-missing', 'mostly-missing', 'too-many-missing'],
  values: ['constant', 'not-unique', 'unseen-levels', 'many-levels', 'out-of-range', 'bad-weight'],
  redundancy: ['leakage', 'leakage-suspect', 'duplicate-column'],
};

interface Case {
  readonly column: string;
  readonly check: string;
  readonly found: readonly Anomaly[];
}

/**
 * The checks as one JUnit XML document, as CI systems read it: a suite a table, a case a column and check; errors are
 * failures, warnings stand in the case's output.
 */
export function junitDocument(result: PreprocessDocument): string {
  const { dataset, schema, schema_file: file, anomalies, test } = result;
  const ignored = new Set(schema.filter(({ role }) => role === 'ignore').map(({ name }) => name));
  const all = [...(file.columns ?? []), ...schema.map(({ name }) => name)];
  const columns = [...new Set(all)].filter((name) => !ignored.has(name));
  const suites = [suiteOf(inputName(dataset.path), columns, anomalies)];
  if (test !== null) suites.push(suiteOf(inputName(test.path), columns, test.anomalies));
  const [tests, failures] = [sum(suites, 'tests'), sum(suites, 'failures')];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="mlx preprocess" tests="${tests}" failures="${failures}" errors="0">`,
    ...suites.flatMap(({ lines }) => lines),
    '</testsuites>',
  ].join('\n');
}

interface Suite {
  readonly tests: number;
  readonly failures: number;
  readonly lines: readonly string[];
}

function suiteOf(name: string, columns: readonly string[], anomalies: readonly Anomaly[]): Suite {
  const all = [...new Set([...columns, ...anomalies.map(({ column }) => column)])];
  const byColumn = new Map(all.map((column): [string, Anomaly[]] => [column, []]));
  for (const anomaly of anomalies) byColumn.get(anomaly.column)?.push(anomaly);
  const cases = all.flatMap((column) =>
    Object.entries(CHECKS).map(([check, kinds]): Case => {
      const found = byColumn.get(column)?.filter(({ kind }) => kinds.includes(kind)) ?? [];
      return { column, check, found };
    }),
  );
  const failures = cases.filter(({ found }) => found.some(({ severity }) => severity === 'error')).length;
  const open = `  <testsuite name=${quoted(name)} tests="${cases.length}" failures="${failures}" errors="0">`;
  return { tests: cases.length, failures, lines: [open, ...cases.flatMap(caseLines), '  </testsuite>'] };
}

function caseLines({ column, check, found }: Case): string[] {
  const start = `    <testcase classname=${quoted(column)} name=${quoted(check)}`;
  if (found.length === 0) return [`${start}/>`];
  const errors = found.filter(({ severity }) => severity === 'error');
  const warnings = found.filter(({ severity }) => severity === 'warning');
  return [
    `${start}>`,
    ...(errors.length === 0 ? [] : [failureLine(errors)]),
    ...(warnings.length === 0
      ? []
      : [`      <system-out>${escaped(warnings.map(words).join('\n'))}</system-out>`]),
    '    </testcase>',
  ];
}

/** A case has one failure at most; what else is wrong stands in its text. */
function failureLine(errors: readonly Anomaly[]): string {
  const [first] = errors as [Anomaly];
  const type = first.tfdv ?? first.kind;
  return `      <failure message=${quoted(first.message)} type=${quoted(type)}>${escaped(errors.map(words).join('\n'))}</failure>`;
}

function words({ kind, message, rows = [] }: Anomaly): string {
  return `${kind}: ${message}${rows.length === 0 ? '' : ` [rows ${rows.join(', ')}]`}`;
}

function sum(suites: readonly Suite[], key: 'tests' | 'failures'): number {
  return suites.reduce((total, suite) => total + suite[key], 0);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Line ends and tabs of an attribute would become spaces unless they are written as references. */
function quoted(text: string): string {
  return `"${escaped(text).replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)}"`;
}

/** Characters that XML 1.0 cannot hold at all are shown as `\uXXXX`. */
function escaped(text: string): string {
  return [...text]
    .map((character) => {
      const code = character.codePointAt(0) as number;
      const isControl = code < 0x20 && code !== 9 && code !== 10 && code !== 13;
      const isNoCharacter = (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff;
      if (isControl || isNoCharacter) return `\\u${code.toString(16).padStart(4, '0')}`;
      return ENTITIES[character] ?? character;
    })
    .join('');
}
