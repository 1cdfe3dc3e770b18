import { ALGORITHM_CHOICES } from '../config/algorithm-names.js';
import { FOLD_METHODS } from '../data/fold-methods.js';
import type { Input } from '../data/read.js';
import type { TimeFormat } from '../data/schema.js';
import type { ModelingSpec, SearchSpec } from '../modeling/spec.js';
import type { OptionSpec } from './command.js';
import { SOURCE_OPTIONS, type SourceFlags, TABLE_HELP } from './source-options.js';

export { ALGORITHM_CHOICES };

const OPTIONS: readonly OptionSpec[] = [
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
    help: 'what is trained; auto compares all but ml-random-forest and takes the best',
    setting: 'training.algorithm',
    choices: ALGORITHM_CHOICES,
  },
  {
    flags: '--param <name=value>',
    help: 'parameter of the algorithm, by its name in scikit-learn or LightGBM; may be repeated',
    kind: 'pairs',
    setting: 'training.params',
  },
  {
    flags: '--cv <k>',
    help: 'judge on k folds (5 where a judgement is needed); 1 holds one part out once',
    setting: 'training.cv',
  },
  {
    flags: '--cv-method <method>',
    help: 'how rows are dealt into folds; auto follows how rows are held out',
    setting: 'training.cvMethod',
    choices: FOLD_METHODS,
  },
  {
    flags: '--search <method>',
    help: 'try sets of parameters; halving tries many on few rows, and the best third on three times as many',
    setting: 'training.search',
    choices: ['random', 'halving'],
  },
  {
    flags: '--trials <n>',
    help: 'how many sets are tried (default: 20 at random or as many as the time allows, 27 for halving)',
    setting: 'training.trials',
  },
  {
    flags: '--time-budget <duration>',
    help: 'time for trials, such as 90s, 10m, 1h; fitting the best on all training rows comes after it',
    setting: 'training.timeBudget',
  },
  {
    flags: '--space <name=values>',
    help: 'what a search draws instead of the usual, e.g. min_samples_leaf=log-int:1..50 or max_features=choice:sqrt,0.5,all; may be repeated',
    kind: 'pairs',
    setting: 'training.space',
  },
  {
    flags: '--metric <name>',
    help: 'what trials are judged by, quantile_loss@0.9 among others (default: roc_auc, else accuracy; rmse for numbers)',
    setting: 'training.metric',
  },
  {
    flags: '--resume <run>',
    help: 'go on with the trials of an interrupted run; the other options are given as they were then',
  },
  {
    flags: '--calibrate <method>',
    help: 'make probabilities mean what they say, on rows that a model has not learned from',
    setting: 'training.calibrate',
    choices: ['none', 'sigmoid', 'isotonic'],
  },
  {
    flags: '--threshold <rule>',
    help: 'probability from which on the second of two classes is predicted: 0.3, or tuned for f1, balanced_accuracy, accuracy, mcc, youden, precision@recall=0.9, recall@precision=0.8, cost:fp=1,fn=5',
    setting: 'training.threshold',
  },
  {
    flags: '--report <extent>',
    help: 'whether the run keeps a report: intervals, curves, slices, explanations, model card',
    setting: 'training.report',
    choices: ['full', 'none'],
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
    help: 'steps of your own, as JSON, instead of these four choices, whose defaults are those of the algorithm',
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

/** The headings of the help, by the flag that is the first one under each. */
const HEADINGS: Readonly<Record<string, string>> = {
  '--data': 'Tables and columns',
  '--test-share': 'Rows held out',
  '--algorithm': 'Algorithm',
  '--cv': 'Judging and searching, on the training rows alone',
  '--calibrate': 'Probabilities and report',
  '--impute': 'Preprocessing',
  '--seed': 'The run',
};

/** Options of every command that trains. */
export const MODELING_OPTIONS: readonly OptionSpec[] = underHeadings(OPTIONS);

function underHeadings(options: readonly OptionSpec[]): readonly OptionSpec[] {
  let heading = '';
  return options.map((option) => {
    heading = HEADINGS[option.flags.split(' ')[0] as string] ?? heading;
    return { ...option, heading };
  });
}

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
  readonly cv?: number;
  readonly cvMethod: NonNullable<ModelingSpec['cvMethod']>;
  readonly search?: SearchSpec['method'];
  readonly trials?: number;
  /** A duration such as `10m`. */
  readonly timeBudget?: string;
  readonly space: SearchSpec['space'];
  readonly calibrate: 'none' | 'sigmoid' | 'isotonic';
  readonly threshold?: string;
  readonly report: 'full' | 'none';
  readonly metric?: string;
  readonly resume?: string;
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
