import { inputText } from '../../data/input-name.js';
import type { ModelingSpec } from '../spec.js';
import { thresholdText } from '../threshold-rule.js';

/** A command line that makes the run again: what was asked for beyond the defaults. */
export function commandLine(spec: ModelingSpec): string {
  const { recipe, params, search } = spec;
  const said: readonly (readonly [string, string | number | undefined])[] = [
    ['--data', inputText(spec.data)],
    ['--test', spec.test === undefined ? undefined : inputText(spec.test)],
    ['--target', spec.target],
    ['--task', spec.task === 'auto' ? undefined : spec.task],
    ['--schema', spec.schema],
    ['--drop', spec.drop.join(',')],
    ['--keep', spec.keep?.join(',')],
    ['--split', spec.split === 'auto' ? undefined : spec.split],
    ['--time-column', spec.timeColumn],
    ['--group-column', spec.groupColumn],
    ['--algorithm', spec.algorithm],
    ...Object.entries(params).map(([name, value]) => ['--param', `${name}=${value}`] as const),
    ...Object.entries(recipe).map(([name, value]) => [`--${name}`, value] as const),
    ['--cv', spec.cv],
    ['--search', search?.method],
    ['--trials', search?.trials],
    ['--calibrate', spec.calibrate],
    ['--threshold', spec.threshold === undefined ? undefined : thresholdText(spec.threshold)],
    ['--seed', spec.seed],
  ];
  const words = said.flatMap(([flag, value]) =>
    value === undefined || value === '' ? [] : [flag, quoted(String(value))],
  );
  return ['mlx', 'train', ...words].join(' ');
}

/** As a POSIX shell takes it for one word. */
function quoted(text: string): string {
  return /^[\w./,:=@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
