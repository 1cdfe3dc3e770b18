// Writes the reference pages from the code: docs/cli.md, errors.md, configuration.md, steps.md and the JSON Schema.
// With --check it only compares, and fails when a page is behind or a dependency has no line in docs/dependencies.md.
import { readFile, writeFile } from 'node:fs/promises';
import { COMMAND_GROUPS, COMMANDS } from '../dist/cli/commands.js';
import { SHARED_OPTIONS } from '../dist/cli/shared-options.js';
import { GROUPS } from '../dist/commands/command.js';
import { configJsonSchema } from '../dist/config/schema.js';
import { SETTINGS, variableName } from '../dist/config/settings.js';
import { SCHEMA_KEYS, schemaFileJsonSchema } from '../dist/data/schema-file-keys.js';
import { ERRORS } from '../dist/errors.js';
import { rangeOf } from '../dist/features/parameters.js';
import { STEPS } from '../dist/features/steps.js';
import { ALGORITHMS } from '../dist/training/algorithms.js';

const root = new URL('../', import.meta.url);
const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;');

function cliPage() {
  const lines = [
    '# Commands',
    '',
    'Made from the commands themselves by `npm run docs`; `mlx COMMAND --help` says the same.',
    '',
  ];
  for (const heading of GROUPS) {
    lines.push(`## ${heading}`, '');
    for (const group of COMMAND_GROUPS.filter((entry) => entry.group === heading))
      lines.push(`\`mlx ${group.name} …\`: ${group.summary}.`, '');
    for (const spec of COMMANDS.filter((entry) => entry.group === heading))
      lines.push(...commandSection(spec));
  }
  lines.push('## For every command', '', '| option | |', '| --- | --- |');
  for (const [flags, help] of SHARED_OPTIONS) lines.push(`| \`${flags}\` | ${cell(help)} |`);
  lines.push('', '## Exit codes', '', '| code | meaning |', '| --- | --- |');
  for (const [code, meaning] of EXIT_CODES) lines.push(`| ${code} | ${meaning} |`);
  return `${lines.join('\n')}\n`;
}

const EXIT_CODES = [
  [0, 'done'],
  [1, 'failed'],
  [2, 'wrong usage or configuration; nothing was done'],
  [3, 'a negative verdict: drift found, gate not passed, data invalid, candidate not better'],
  [4, 'no such thing'],
  [5, 'busy; safe to retry'],
  [130, 'stopped by Ctrl-C'],
  [143, 'stopped by SIGTERM'],
];

function commandSection(spec) {
  const usage = ['mlx', ...spec.path, ...(spec.arguments ?? []).map(({ name }) => name)].join(' ');
  const lines = [`### mlx ${spec.path.join(' ')}`, '', `${spec.summary}.`, ''];
  if (spec.description !== undefined) lines.push(spec.description, '');
  lines.push('```', usage, '```', '');
  const rows = [
    ...(spec.arguments ?? []).map(({ name, help }) => [name, help, '', '']),
    ...(spec.options ?? []).map((option) => [
      option.flags,
      option.choices === undefined ? option.help : `${option.help}: ${option.choices.join(', ')}`,
      option.default ?? '',
      option.setting === undefined ? '' : `\`${option.setting}\``,
      option.heading,
    ]),
    ...(spec.list === true
      ? [['--format <format>', 'how the list is printed: table, json, csv, md', 'table', '']]
      : []),
  ];
  if (rows.length > 0) {
    lines.push('| | | default | setting |', '| --- | --- | --- | --- |');
    let under;
    for (const [name, help, preset, setting, heading] of rows) {
      if (heading !== under) lines.push(`| **${heading ?? 'Options'}** | | | |`);
      under = heading;
      lines.push(`| \`${name.replaceAll('|', '\\|')}\` | ${cell(help)} | ${preset} | ${setting} |`);
    }
    lines.push('');
  }
  lines.push('```', ...spec.examples, '```', '');
  return lines;
}

function errorsPage() {
  const lines = [
    '# Errors',
    '',
    'Every failure has one of these codes, on stdout with `--json` as `{"error":{"code","message","hint","details"}}`',
    'and in the answers of the server. Made by `npm run docs`.',
    '',
    '| code | exit | HTTP | meaning |',
    '| --- | ---: | ---: | --- |',
  ];
  for (const [code, { exit, status, summary }] of Object.entries(ERRORS))
    lines.push(`| \`${code}\` | ${exit} | ${status} | ${cell(summary)} |`);
  return `${lines.join('\n')}\n`;
}

function configurationPage() {
  const lines = [
    '# Configuration',
    '',
    'Settings live in `mlops.config.json`, found by walking up from the working directory. A flag goes before a',
    'variable, a variable before the file, the file before the default; `mlx config` shows what holds and why.',
    'Unknown keys are errors. Made by `npm run docs`.',
    '',
    '| setting | variable | default | |',
    '| --- | --- | --- | --- |',
  ];
  for (const [key, spec] of Object.entries(SETTINGS)) {
    const choices = spec.choices === undefined ? '' : ` One of: ${spec.choices.join(', ')}.`;
    lines.push(
      `| \`${key}\` | \`${variableName(key)}\` | ${spec.default === null ? '' : `\`${JSON.stringify(spec.default)}\``} | ${cell(spec.help + choices)} |`,
    );
  }
  lines.push(...schemaFileSection());
  lines.push(
    '',
    '## Algorithms and their parameters',
    '',
    'Given with `--param name=value` or in `training.params`.',
    '',
  );
  for (const algorithm of ALGORITHMS) {
    lines.push(
      `### ${algorithm.name}`,
      '',
      `${algorithm.summary}.`,
      '',
      '| parameter | type | default | |',
      '| --- | --- | --- | --- |',
    );
    for (const parameter of algorithm.parameters) {
      const preset =
        typeof parameter.default === 'object'
          ? Object.entries(parameter.default)
              .map(([task, value]) => `${value} (${task})`)
              .join(', ')
          : parameter.default;
      lines.push(`| \`${parameter.name}\` | ${parameter.type} | ${preset} | ${cell(parameter.help)} |`);
    }
    lines.push('');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

const numberAgreement = await readFile(new URL('test/golden/step_agreement.md', root), 'utf8');
const STEP_KINDS = { number: 'Numbers', string: 'Categories', time: 'Times' };

function stepsPage() {
  const lines = [
    '# Preprocessing steps',
    '',
    'A recipe is a list of steps that the raw columns go through in order; what a step gives takes the place of what it',
    'took, and after the last one all columns must be numbers. Without a recipe, `--impute`, `--outliers`, `--encode` and',
    '`--scale` choose among the usual steps. `mlx preprocess --save-recipe recipe.json` writes those as a beginning,',
    '`--recipe recipe.json` (or the setting `features.recipe`) takes a list of your own, and `--explain` shows what each',
    'step makes of a row. Every step is fitted on the training part alone and becomes operators of the model file.',
    '',
    '```json',
    '{',
    '  "steps": [',
    '    { "step": "impute", "columns": ["@number", "!age"], "strategy": "mean" },',
    '    { "step": "impute", "columns": ["age"], "add_indicator": true },',
    '    { "step": "fill-level" },',
    '    { "step": "target", "columns": ["city*"] },',
    '    { "step": "one-hot", "min_frequency": 0.01 },',
    '    { "step": "select", "score_func": "f_classif", "k": 20 }',
    '  ]',
    '}',
    '```',
    '',
    '`columns` holds names, patterns with `*`, `@all`, `@number`, `@category`, `@time`, or one of these with `!` before it',
    'to leave columns out again; without it a step takes every column of its kind. Made by `npm run docs`.',
    '',
  ];
  for (const [kind, heading] of Object.entries(STEP_KINDS)) {
    lines.push(`## ${heading}`, '');
    for (const step of STEPS.values()) {
      if (step.accepts !== kind) continue;
      lines.push(`### ${step.name}`, '', `${step.summary[0].toUpperCase()}${step.summary.slice(1)}.`, '');
      const parameters = Object.entries(step.parameters);
      if (parameters.length === 0) continue;
      lines.push('| parameter | takes | default | |', '| --- | --- | --- | --- |');
      for (const [name, spec] of parameters) {
        const preset = spec.default === null ? '' : `\`${JSON.stringify(spec.default)}\``;
        lines.push(`| \`${name}\` | ${cell(rangeOf(spec))} | ${preset} | ${cell(spec.help)} |`);
      }
      lines.push('');
    }
  }
  lines.push(...AGREEMENT, ...numberAgreement.trimEnd().split('\n'), '');
  return `${lines.join('\n').trimEnd()}\n`;
}

const AGREEMENT = [
  '## Agreement with other libraries',
  '',
  'Differences are relative to the largest value of a column; a test holds each step to its row. Categories and times:',
  '',
  '| step | counterpart | largest relative difference |',
  '| --- | --- | --- |',
  '| `fill-level` | SimpleImputer | 0 |',
  '| `ordinal` | OrdinalEncoder | 0 |',
  '| `one-hot` | OneHotEncoder, `infrequent_if_exist`, 11 settings | 0 |',
  '| `frequency` | pandas `value_counts(normalize=True)` | 1e-9 |',
  '| `target` | the formula of TargetEncoder, all rows and cross-fitted, 7 cases | 1e-9 |',
  '| `hashing` | FeatureHasher, murmurhash3_32 | 0 |',
  '| `calendar` | Python `datetime`; every hour of 1900 to 2100 in the graph | 1e-9 |',
  '',
  'A missing value is never a level of its own: fill it first (`fill-level` with `strategy: constant` makes it one). The',
  'hash of `hashing` is ONNX Runtime’s own operator, so such a model needs that runtime. Mutual information is estimated',
  'from 20,000 rows at most. Numbers:',
  '',
];

function schemaFileSection() {
  const lines = [
    '',
    '## The schema file',
    '',
    '`mlx preprocess --data table.csv --save-schema schema.json` writes what the table shows; edit it, keep it in git, and',
    'give it to `preprocess`, `train` and `retrain` with `--schema schema.json` or `data.schema`. A column has the type that',
    'the file gives it, whatever its cells look like, and a table that departs from the file is refused (exit 3). The file is',
    '`{"version": 1, "columns": [{"name": "age", "type": "integer"}, …]}`; only `name` and `type` are needed, unknown keys are',
    'errors, and `docs/schema-file.schema.json` lets editors complete it (`"$schema"`). What is written at first is lenient:',
    'values outside the range or the levels are warned of until `allow_unseen` is taken out.',
    '',
    '| key | takes | |',
    '| --- | --- | --- |',
  ];
  const takes = {
    text: 'a text',
    boolean: 'true or false',
    share: '0 to 1',
    bound: 'a number; for a time ISO 8601',
    levels: 'a list of texts',
  };
  for (const [name, { kind, choices, help }] of Object.entries(SCHEMA_KEYS))
    lines.push(
      `| \`${name}\` | ${choices === undefined ? takes[kind] : choices.join(', ')} | ${cell(help)} |`,
    );
  lines.push(
    '',
    'A column with the role `time` or `group` decides which rows are held out (the latest, or whole groups) and is no',
    'feature; named with `--time-column` or `--group-column` alone it is one if the file gives it the role `feature`, or',
    '`--keep` names it. A `weight` must be above 0 in every row.',
  );
  return lines;
}

const pages = {
  'docs/cli.md': cliPage(),
  'docs/errors.md': errorsPage(),
  'docs/configuration.md': configurationPage(),
  'docs/steps.md': stepsPage(),
  'docs/schema-file.schema.json': `${JSON.stringify(schemaFileJsonSchema(), null, 2)}\n`,
  'docs/mlops.config.schema.json': `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
};

const problems = [];
const check = process.argv.includes('--check');
for (const [path, text] of Object.entries(pages)) {
  const now = await readFile(new URL(path, root), 'utf8').catch(() => '');
  if (now === text) continue;
  if (check) problems.push(`${path} is behind the code: run \`npm run docs\``);
  else await writeFile(new URL(path, root), text);
}
const manifest = JSON.parse(await readFile(new URL('package.json', root), 'utf8'));
const dependencies = await readFile(new URL('docs/dependencies.md', root), 'utf8');
for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) {
  if (!dependencies.includes(`\`${name}\``)) problems.push(`docs/dependencies.md has no line for ${name}`);
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
