import type { Style } from '../command.js';
import { formatNumber } from '../format.js';
import type { ExplainedStep, ExplainedValue, Explanation } from './explain.js';

const SHOWN = 12;

/** The chain of steps, and what each made of the row: only what it changed. */
export function explanationLines({ row, steps, features }: Explanation, style: Style): string[] {
  const lines = ['', style.bold(`Row ${row}, step by step`)];
  steps.forEach((step, index) => {
    const changes = changesOf(step);
    const quiet = changes.length === 0 ? style.dim(', nothing to change') : '';
    lines.push(`${stepLine(index, step.step, step.parameters, style)}${quiet}`);
    lines.push(...changes.slice(0, SHOWN).map((change) => `     ${change}`));
    if (changes.length > SHOWN)
      lines.push(style.dim(`     … and ${changes.length - SHOWN} more (--json has all)`));
  });
  const shown = features.slice(0, SHOWN).map(({ name, value }) => `${name} ${shownValue(value)}`);
  const more = features.length > SHOWN ? style.dim(` … ${features.length - SHOWN} more`) : '';
  return [...lines, '', `${style.bold('features')}  ${shown.join(', ')}${more}`];
}

/** ` 3 scale  method=standard`. */
export function stepLine(
  index: number,
  step: string,
  parameters: Readonly<Record<string, unknown>>,
  style: Style,
): string {
  const given = Object.entries(parameters).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const words = given.length === 0 ? '' : ` ${style.dim(given.join(' ').replaceAll('"', ''))}`;
  return `${String(index + 1).padStart(2)} ${style.accent(step)}${words}`;
}

function changesOf({ inputs, outputs }: ExplainedStep): string[] {
  const before = new Map(inputs.map(({ column, value }) => [column, value]));
  const after = new Map(outputs.map(({ column, value }) => [column, value]));
  const kept = inputs.filter(({ column, value }) => after.has(column) && after.get(column) !== value);
  const gone = inputs.filter(({ column }) => !after.has(column));
  const added = outputs.filter(({ column }) => !before.has(column));
  return [
    ...kept.map(
      ({ column, value }) => `${column}: ${shownValue(value)} → ${shownValue(after.get(column) ?? null)}`,
    ),
    ...gone.map(({ column, value }) => replaced(column, value, added)),
    ...added
      .filter(({ column }) => !gone.some((source) => isMadeOf(column, source.column)))
      .map(({ column, value }) => `${column} = ${shownValue(value)}`),
  ];
}

/** A column that became others: those that are not 0, for of the one-hot columns all but one are. */
function replaced(column: string, value: ExplainedValue, added: ExplainedStep['outputs']): string {
  const own = added.filter(({ column: name }) => isMadeOf(name, column));
  const telling = own.filter((output) => output.value !== 0);
  const made = telling.map(({ column: name, value: result }) => `${name} = ${shownValue(result)}`);
  const result =
    own.length === 0 ? 'left out' : made.length === 0 ? `${own.length} columns, all 0` : made.join(', ');
  return `${column}: ${shownValue(value)} → ${result}`;
}

function isMadeOf(name: string, source: string): boolean {
  return name.startsWith(source) && /^[.=#:]/.test(name.slice(source.length));
}

function shownValue(value: ExplainedValue): string {
  if (value === null) return '(missing)';
  return typeof value === 'number' ? formatNumber(value) : JSON.stringify(value);
}
