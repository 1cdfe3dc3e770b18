import type { Input } from '../data/read.js';
import type { TimeFormat } from '../data/schema.js';
import type { ModelingSpec, OnModelingEvent } from '../modeling/spec.js';
import type { CommandContext, OptionSpec, Progress } from './command.js';
import { SOURCE_OPTIONS, type SourceFlags, TABLE_HELP } from './source-options.js';

/** Options of every command that trains. */
export const MODELING_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--data <file>',
    help: `training table: ${TABLE_HELP}`,
    kind: 'paths',
    setting: 'data.train',
    ask: 'Which table shall be learned from?',
  },
  {
    flags: '--target <column>',
    help: 'column to learn',
    setting: 'data.target',
    ask: 'Which column shall be learned?',
  },
  {
    flags: '--test <file>',
    help: 'test table, as --data is given; without one a part of the rows is held out',
    kind: 'paths',
    setting: 'data.test',
  },
  ...SOURCE_OPTIONS,
  {
    flags: '--drop <columns>',
    help: 'columns to leave out, comma-separated',
    kind: 'list',
    setting: 'data.drop',
  },
  {
    flags: '--keep <columns>',
    help: 'columns that stay features although they would be left out, comma-separated',
    kind: 'list',
    setting: 'data.keep',
  },
  {
    flags: '--schema <file>',
    help: 'schema file that tables are read and checked by',
    setting: 'data.schema',
  },
  {
    flags: '--drop-duplicates',
    help: 'leave out rows of the table that equal an earlier one',
    kind: 'flag',
    setting: 'data.dropDuplicates',
  },
  {
    flags: '--task <task>',
    help: 'what the target is',
    setting: 'data.task',
    choices: ['auto', 'classification', 'regression'],
  },
  {
    flags: '--time-format <column=format>',
    help: 'how a time column is written: iso, dmy, mdy, epoch',
    kind: 'pairs',
    setting: 'data.timeFormats',
  },
  {
    flags: '--test-share <share>',
    help: 'share of rows held out without a test table',
    setting: 'data.testShare',
  },
  {
    flags: '--split <method>',
    help: 'how rows are held out: tail the last ones, time the latest by a column, group whole groups',
    setting: 'data.split',
    choices: ['auto', 'random', 'stratified', 'tail', 'time', 'group'],
  },
  {
    flags: '--time-column <column>',
    help: 'column that says when a row happened: the latest are held out',
    setting: 'data.timeColumn',
  },
  {
    flags: '--group-column <column>',
    help: 'column whose groups are held out whole',
    setting: 'data.groupColumn',
  },
  {
    flags: '--algorithm <name>',
    help: 'training algorithm',
    setting: 'training.algorithm',
    choices: ['random-forest', 'gradient-boosting', 'ml-random-forest'],
  },
  {
    flags: '--param <name=value>',
    help: 'parameter of the algorithm; may be repeated',
    kind: 'pairs',
    setting: 'training.params',
  },
  {
    flags: '--impute <strategy>',
    help: 'how missing numbers are filled',
    setting: 'features.impute',
    choices: ['median', 'mean', 'most_frequent', 'none'],
  },
  {
    flags: '--outliers <method>',
    help: 'how numbers far out are capped',
    setting: 'features.outliers',
    choices: ['none', 'iqr', 'zscore', 'percentile'],
  },
  {
    flags: '--encode <method>',
    help: 'how categories become numbers',
    setting: 'features.encode',
    choices: ['ordinal', 'one-hot', 'frequency', 'target', 'hashing'],
  },
  {
    flags: '--scale <method>',
    help: 'how numbers are scaled',
    setting: 'features.scale',
    choices: ['none', 'standard', 'minmax', 'robust'],
  },
  {
    flags: '--recipe <file>',
    help: 'steps of your own, as JSON, instead of these four choices',
    setting: 'features.recipe',
  },
  { flags: '--seed <n>', help: 'seed of every random choice', setting: 'training.seed' },
  {
    flags: '--workers <n>',
    help: 'worker threads; the model does not depend on it',
    setting: 'training.workers',
  },
  { flags: '--experiment <name>', help: 'experiment that the run is filed under', setting: 'experiment' },
  { flags: '--name <name>', help: 'name of the run (default: two words)' },
];

/** The values of MODELING_OPTIONS after parsing. */
export interface ModelingOptions extends SourceFlags {
  readonly data: Input;
  readonly target: string;
  readonly test?: Input;
  readonly drop: readonly string[];
  readonly keep: readonly string[];
  readonly schema?: string;
  readonly dropDuplicates: boolean;
  readonly timeColumn?: string;
  readonly groupColumn?: string;
  readonly task: ModelingSpec['task'];
  readonly timeFormat: Readonly<Record<string, TimeFormat>>;
  readonly testShare: number;
  readonly split: ModelingSpec['split'];
  readonly algorithm: string;
  readonly param: ModelingSpec['params'];
  readonly impute?: string;
  readonly outliers?: string;
  readonly encode?: string;
  readonly scale?: string;
  readonly recipe?: string;
  readonly seed: number;
  readonly workers?: number;
  readonly experiment: string;
  readonly name?: string;
}

/** Shows what a training run is doing. */
export function modelingProgress(context: CommandContext): {
  readonly onEvent: OnModelingEvent;
  readonly progress: Progress;
} {
  const progress = context.progress('reading the table');
  let current = '';
  const onEvent: OnModelingEvent = (event) => {
    switch (event.kind) {
      case 'reading':
        return progress.update(`reading ${event.input}`);
      case 'run':
        current = event.name;
        return;
      case 'preparing':
        return progress.update(
          `${current}: fitting the preprocessing on ${event.rows} rows × ${event.columns} columns`,
        );
      case 'fitting':
        return progress.update(
          `${current}: ${event.algorithm} on ${event.rows} rows × ${event.features} features`,
        );
      case 'trees':
        return progress.update(`${current}: ${event.done} of ${event.total} trees`);
      case 'warning':
        return context.warn(event.message);
      case 'evaluating':
        return progress.update(`${current}: scoring ${event.rows} held-out rows`);
      case 'certifying':
        return progress.update(`${current}: certifying on ${event.rows} rows`);
    }
  };
  return { onEvent, progress };
}
