import { TEXT_ENCODINGS } from '../data/encoding.js';
import { FILE_FORMATS } from '../data/file-format.js';
import { FOLD_METHODS } from '../data/fold-methods.js';
import type { TimeFormat } from '../data/schema.js';
import { ALGORITHM_CHOICES } from './algorithm-names.js';

/**
 * How a setting's text (in a variable) and its JSON value are read; a `path` in the file is meant from the file's folder,
 * a `duration` is a text such as `10m` in both.
 */
export type SettingKind = 'text' | 'path' | 'integer' | 'number' | 'boolean' | 'duration' | 'list' | 'map';

export interface SettingSpec {
  readonly kind: SettingKind;
  readonly default: unknown;
  readonly help: string;
  /** What a text may be; for a map, what each of its values may be. */
  readonly choices?: readonly string[];
  /** Of a number: texts that may stand in its place. */
  readonly words?: readonly string[];
  readonly min?: number;
  readonly max?: number;
}

/** Every setting of `mlops.config.json`, by its dotted key. The variable is MLX_ and the key in capitals. */
export const SETTINGS = {
  name: { kind: 'text', default: null, help: 'Name of the model that this folder is about.' },
  experiment: { kind: 'text', default: 'default', help: 'Experiment that runs are filed under.' },
  'data.train': {
    kind: 'path',
    default: null,
    help: 'Training table: a file, or a pattern such as data/*.csv.',
  },
  'data.test': {
    kind: 'path',
    default: null,
    help: 'Test table, a file or a pattern; without one a part of the training table is held out.',
  },
  'data.delimiter': {
    kind: 'text',
    default: null,
    help: 'Character between the cells of CSV files, `\\t` for a tab (default: found from the header).',
  },
  'data.quote': {
    kind: 'text',
    default: null,
    help: 'Character around cells of CSV files that hold a delimiter (default: ").',
  },
  'data.encoding': {
    kind: 'text',
    default: 'auto',
    choices: TEXT_ENCODINGS,
    help: 'How the text of tables is encoded; `auto` is UTF-8, or UTF-16 where the file shows that.',
  },
  'data.format': {
    kind: 'text',
    default: 'auto',
    choices: ['auto', ...FILE_FORMATS],
    help: 'What tables are read as; `auto` goes by the ending of each file, then by its first bytes.',
  },
  'data.target': { kind: 'text', default: null, help: 'Column to learn.' },
  'data.drop': { kind: 'list', default: [], help: 'Columns to leave out.' },
  'data.keep': {
    kind: 'list',
    default: [],
    help: 'Columns that stay features although they would be left out (constants, duplicates of the target).',
  },
  'data.schema': { kind: 'path', default: null, help: 'Schema file that tables are read and checked by.' },
  'data.dropDuplicates': {
    kind: 'boolean',
    default: false,
    help: 'Whether rows of the training table that equal an earlier one are left out.',
  },
  'data.task': {
    kind: 'text',
    default: 'auto',
    choices: ['auto', 'classification', 'regression'],
    help: 'What the target is.',
  },
  'data.testShare': {
    kind: 'number',
    default: 0.2,
    min: 0.01,
    max: 0.9,
    help: 'Share of rows held out when there is no test table.',
  },
  'data.split': {
    kind: 'text',
    default: 'auto',
    choices: ['auto', 'random', 'stratified', 'tail', 'time', 'group'],
    help:
      'How rows are held out: `tail` the last ones of the table, `time` the latest ones by a column, `group` whole ' +
      'groups; `auto` goes by the group or time column where one is named.',
  },
  'data.timeColumn': {
    kind: 'text',
    default: null,
    help: 'Column that says when a row happened; the latest rows are held out. No feature unless kept.',
  },
  'data.groupColumn': {
    kind: 'text',
    default: null,
    help: 'Column whose groups are held out whole. No feature unless kept.',
  },
  'data.timeFormats': {
    kind: 'map',
    default: {},
    choices: ['iso', 'dmy', 'mdy', 'epoch'],
    help: 'Time format by column: iso, dmy, mdy or epoch.',
  },
  'features.impute': {
    kind: 'text',
    default: null,
    choices: ['median', 'mean', 'most_frequent', 'none'],
    help: 'How missing numbers are filled (default: median; boosting learns where they go: none).',
  },
  'features.outliers': {
    kind: 'text',
    default: null,
    choices: ['none', 'iqr', 'zscore', 'percentile'],
    help: 'How numbers far out are capped (default: iqr for preprocess, none for trees).',
  },
  'features.encode': {
    kind: 'text',
    default: null,
    choices: ['ordinal', 'one-hot', 'frequency', 'target', 'hashing'],
    help: 'How categories become numbers (default: target for trees and boosting, else one-hot).',
  },
  'features.scale': {
    kind: 'text',
    default: null,
    choices: ['none', 'standard', 'minmax', 'robust'],
    help: 'How numbers are scaled (default: standard for preprocess, none for trees).',
  },
  'features.recipe': {
    kind: 'path',
    default: null,
    help: 'JSON file with the steps, their order, columns and parameters, instead of the four choices.',
  },
  'training.algorithm': {
    kind: 'text',
    default: 'random-forest',
    choices: ALGORITHM_CHOICES,
    help: 'Training algorithm; `auto` compares them and takes the best.',
  },
  'training.params': { kind: 'map', default: {}, help: 'Parameters of the algorithm.' },
  'training.cv': {
    kind: 'integer',
    default: null,
    min: 1,
    max: 1000,
    help: 'Folds of the training rows to judge by; 1 holds one part of them out (default: 5 where something is searched or compared, else none).',
  },
  'training.cvMethod': {
    kind: 'text',
    default: 'auto',
    choices: FOLD_METHODS,
    help: 'How rows are dealt into folds; `auto` follows how rows are held out, `time` tests on what comes later.',
  },
  'training.metric': {
    kind: 'text',
    default: null,
    help: 'What trials are judged by, quantile_loss@0.9 among others (default: roc_auc, else accuracy; rmse for numbers).',
  },
  'training.search': {
    kind: 'text',
    default: null,
    choices: ['random', 'halving'],
    help: 'How better parameters are searched for; `halving` drops the worst on few rows first.',
  },
  'training.trials': {
    kind: 'integer',
    default: null,
    min: 1,
    max: 100_000,
    help: 'Sets of parameters that a search tries (default: 20, 27 for halving, or what the time allows).',
  },
  'training.timeBudget': {
    kind: 'duration',
    default: null,
    help: 'Time for trials, such as 90s, 10m or 1h; the best is then fitted on all training rows.',
  },
  'training.space': {
    kind: 'map',
    default: {},
    help: 'What a search draws, by parameter: log:0.01..0.3, uniform:0.5..1, int:15..255, log-int:1..50, choice:sqrt,0.5,all (default: a space of the algorithm).',
  },
  'training.calibrate': {
    kind: 'text',
    default: 'none',
    choices: ['none', 'sigmoid', 'isotonic'],
    help: 'How probabilities are made to mean what they say, on rows that a model has not learned from.',
  },
  'training.threshold': {
    kind: 'text',
    default: null,
    help: 'From which probability on the second of two classes is predicted: 0.3, or tuned for f1, balanced_accuracy, accuracy, mcc, youden, precision@recall=0.9, recall@precision=0.8 or cost:fp=1,fn=5.',
  },
  'training.report': {
    kind: 'text',
    default: 'full',
    choices: ['full', 'none'],
    help: 'Whether a run keeps a report: intervals, curves, slices, explanations, model card.',
  },
  'training.seed': {
    kind: 'integer',
    default: 0,
    min: 0,
    max: 4_294_967_295,
    help: 'Seed of every random choice.',
  },
  'training.workers': {
    kind: 'integer',
    default: null,
    min: 1,
    max: 256,
    help: 'Worker threads (default: one per core); the model does not depend on it.',
  },
  'registry.keepLatest': {
    kind: 'integer',
    default: null,
    min: 1,
    max: 1000,
    help: 'Versions kept out of the archive on promotion; production is never archived by it.',
  },
  'serving.host': { kind: 'text', default: '127.0.0.1', help: 'Address to listen on.' },
  'serving.port': {
    kind: 'integer',
    default: 8080,
    min: 0,
    max: 65_535,
    help: 'Port to listen on; 0 picks a free one.',
  },
  'serving.grpcPort': {
    kind: 'integer',
    default: null,
    min: 0,
    max: 65_535,
    help: 'Port to listen on for gRPC; 0 picks a free one; without it there is no gRPC.',
  },
  'serving.bodyLimit': {
    kind: 'integer',
    default: 5_000_000,
    min: 1000,
    max: 1_000_000_000,
    help: 'Largest request body in bytes.',
  },
  'serving.rowLimit': {
    kind: 'integer',
    default: 10_000,
    min: 1,
    max: 10_000_000,
    help: 'Most rows in one request.',
  },
  'serving.slowMs': {
    kind: 'number',
    default: 1000,
    min: 0,
    max: 3_600_000,
    help: 'Predictions slower than this are warned of, in milliseconds.',
  },
  'serving.pollMs': {
    kind: 'integer',
    default: 250,
    min: 10,
    max: 60_000,
    help: 'How often the registry is looked at, in milliseconds.',
  },
  'serving.accessLog': {
    kind: 'path',
    default: null,
    help: 'File that gets one JSON line a request; without it there is no access log.',
  },
  'serving.logSample': {
    kind: 'number',
    default: 1,
    min: 0,
    max: 1,
    help: 'Share of predictions that are logged; 0 logs none.',
  },
  'serving.logRetention': {
    kind: 'duration',
    default: null,
    help: 'Age at which logged predictions and their labels are forgotten, such as 90d (default: never).',
  },
  'serving.workers': {
    kind: 'integer',
    default: 1,
    min: 1,
    max: 256,
    words: ['auto'],
    help: 'Processes that answer on the port; `auto` is one per processor.',
  },
  'serving.graceMs': {
    kind: 'integer',
    default: 0,
    min: 0,
    max: 600_000,
    help: 'How long the server goes on taking connections after it was told to stop, while /ready says no, in milliseconds.',
  },
  'serving.drainMs': {
    kind: 'integer',
    default: 10_000,
    min: 0,
    max: 600_000,
    help: 'How long requests at work may take to finish after that, in milliseconds.',
  },
  'serving.tokenFile': {
    kind: 'path',
    default: null,
    help:
      'File with one bearer token a line, also `role:token`, with the roles predict, feedback, metrics and admin; read ' +
      'again when it changes. Without tokens none is needed.',
  },
  'serving.tlsCert': {
    kind: 'path',
    default: null,
    help: 'Certificate chain in PEM form: HTTPS instead of HTTP; read again when it changes.',
  },
  'serving.tlsKey': { kind: 'path', default: null, help: 'Private key of that certificate in PEM form.' },
  'serving.allowedHosts': {
    kind: 'list',
    default: [],
    help: 'Host names that requests may be for, beside the loopback ones; behind a proxy its public name.',
  },
  'serving.corsOrigins': {
    kind: 'list',
    default: [],
    help: 'Origins such as https://app.example whose pages may call and read answers; `*` = any.',
  },
  'serving.rateLimit': {
    kind: 'number',
    default: null,
    min: 0.001,
    max: 1_000_000,
    help: 'Requests a second that one token, or one address without tokens, may send on the long run.',
  },
  'serving.rateBurst': {
    kind: 'integer',
    default: null,
    min: 1,
    max: 1_000_000,
    help: 'Requests that it may send at once after a pause (default: as many as in a second).',
  },
  'serving.requestLimit': {
    kind: 'integer',
    default: 2000,
    min: 1,
    max: 1_000_000,
    help: 'Most prediction requests at work at once; more are answered 429.',
  },
  'serving.queueRows': {
    kind: 'integer',
    default: 10_000,
    min: 1,
    max: 100_000_000,
    help: 'Most rows that wait for one version; more are answered 429.',
  },
  'serving.connectionLimit': {
    kind: 'integer',
    default: 10_000,
    min: 1,
    max: 1_000_000,
    help: 'Most connections at once.',
  },
  'serving.timeoutMs': {
    kind: 'integer',
    default: 30_000,
    min: 1,
    max: 86_400_000,
    help: 'Longest time for a request in milliseconds; a client may ask for less. Later ones are answered 504.',
  },
  'serving.hangMs': {
    kind: 'integer',
    default: 60_000,
    min: 10,
    max: 86_400_000,
    help: 'A model that says nothing for so many milliseconds hangs; its thread is replaced.',
  },
  'serving.breakerErrors': {
    kind: 'integer',
    default: 20,
    min: 1,
    max: 1_000_000,
    help: 'Failed requests within the window that open the circuit of a version.',
  },
  'serving.breakerRate': {
    kind: 'number',
    default: 0.5,
    min: 0.01,
    max: 1,
    help: 'Share of all its requests that they must be at least.',
  },
  'serving.breakerWindowMs': {
    kind: 'integer',
    default: 10_000,
    min: 10,
    max: 3_600_000,
    help: 'How far back failures count, in milliseconds.',
  },
  'serving.breakerOpenMs': {
    kind: 'integer',
    default: 5000,
    min: 10,
    max: 3_600_000,
    help: 'How long a circuit stays open at first before a request is let through to try.',
  },
  'monitoring.maxErrors': {
    kind: 'integer',
    default: 10,
    min: 1,
    max: 1_000_000,
    help: 'Failed predictions after a promotion that take production back.',
  },
  'monitoring.windowSeconds': {
    kind: 'integer',
    default: 300,
    min: 1,
    max: 86_400,
    help: 'How long after a promotion failures are counted.',
  },
  'monitoring.webhook': { kind: 'text', default: null, help: 'Address that alerts are posted to as JSON.' },
  'monitoring.command': {
    kind: 'text',
    default: null,
    help: 'Shell command that alerts are given to on standard input.',
  },
  'drift.alpha': {
    kind: 'number',
    default: 0.01,
    min: 1e-9,
    max: 0.5,
    help: 'Significance after correction for the number of columns.',
  },
  'drift.minRows': {
    kind: 'integer',
    default: 50,
    min: 2,
    max: 10_000_000,
    help: 'Fewer rows than this are not judged.',
  },
} as const satisfies Record<string, SettingSpec>;

export type SettingKey = keyof typeof SETTINGS;
export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[];

/** Where a value came from. */
export type Origin = 'flag' | 'variable' | 'file' | 'default';

export interface SettingValue {
  readonly value: unknown;
  readonly origin: Origin;
  /** The flag, the variable or the file that gave it. */
  readonly source: string | null;
}

/** The effective configuration. */
export type Settings = Readonly<Record<SettingKey, SettingValue>>;

export type TimeFormats = Readonly<Record<string, TimeFormat>>;

export function variableName(key: string): string {
  return `MLX_${key
    .replaceAll('.', '_')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toUpperCase()}`;
}

export function textSetting(settings: Settings, key: SettingKey): string | null {
  return settings[key].value as string | null;
}

export function numberSetting(settings: Settings, key: SettingKey): number {
  return settings[key].value as number;
}
