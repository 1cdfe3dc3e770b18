import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CONFIG_FILE } from '../../config/load.js';
import { configJsonSchema } from '../../config/schema.js';
import { numberSetting } from '../../config/settings.js';
import { toMlxError } from '../../errors.js';
import { openStore } from '../../store/store.js';
import type { CommandContext, Outcome } from '../command.js';
import { type InitAnswers, type InitFlags, settleAnswers } from './answers.js';
import { planConfig, SCHEMA_FILE } from './config-file.js';
import { applyPlan, type FilePlan, type FileStatus, planFile } from './file-plan.js';
import { planGitignore } from './gitignore.js';
import { type TemplateName, templateFiles } from './templates.js';

export interface InitOptions extends InitFlags {
  readonly template?: TemplateName;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

export interface InitDocument {
  readonly folder: string;
  readonly name: string;
  readonly dry_run: boolean;
  readonly files: readonly {
    readonly path: string;
    readonly status: FileStatus;
    readonly hint: string | null;
  }[];
  readonly store: { readonly path: string; readonly status: 'created' | 'unchanged' };
  /** Commands that come next. */
  readonly next: readonly string[];
}

/** Everything is planned before anything is written, so that an error leaves the folder as it was. */
export async function run(options: InitOptions, context: CommandContext): Promise<Outcome<InitDocument>> {
  const { force = false, dryRun = false } = options;
  const answers = await settleAnswers(options, context, join(context.cwd, CONFIG_FILE));
  const store = await locateStore(context);
  const plans = planProject(options, answers, context, relative(context.cwd, store.root), force);
  if (!dryRun) {
    for (const plan of plans) await applyPlan(context.cwd, plan);
    if (!store.exists) await (await openStore(store.root, { create: true, now: context.now })).close();
  }
  return {
    result: {
      folder: context.cwd,
      name: answers.name,
      dry_run: dryRun,
      files: plans.map(({ path, status }) => ({ path, status, hint: hintFor(path, status) })),
      store: {
        path: relative(context.cwd, store.root),
        status: store.exists ? 'unchanged' : 'created',
      },
      next: nextCommands(answers, plans[0]?.status === 'kept', options.template),
    },
  };
}

function planProject(
  options: InitOptions,
  answers: InitAnswers,
  context: CommandContext,
  store: string,
  force: boolean,
): FilePlan[] {
  const { cwd, settings, version } = context;
  const schema = `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
  const deployment =
    options.template === undefined
      ? []
      : templateFiles(options.template, {
          name: answers.name,
          version,
          store: composePath(store),
          body_limit: String(numberSetting(settings, 'serving.bodyLimit')),
        });
  return [
    planConfig(cwd, answers, options, force),
    planFile(cwd, SCHEMA_FILE, schema, force),
    planGitignore(cwd),
    ...deployment.map(({ path, text }) => planFile(cwd, path, text, force)),
  ];
}

/** The store that commands in this folder use, whether or not it is there yet. */
async function locateStore(context: CommandContext): Promise<{ root: string; exists: boolean }> {
  try {
    const { root } = await context.store();
    if (relative(context.cwd, root).startsWith('..')) {
      context.note(`The store in use is ${root}; for one of its own give --store .mlx`);
    }
    return { root, exists: true };
  } catch (error) {
    const { code, details } = toMlxError(error);
    if (code !== 'STORE_NOT_FOUND' || typeof details?.path !== 'string') throw error;
    return { root: details.path, exists: false };
  }
}

/** A relative path inside a quoted text of compose.yaml, where `$` begins a variable. */
function composePath(path: string): string {
  const dotted = path.startsWith('..') ? path : `./${path}`;
  return JSON.stringify(dotted).slice(1, -1).replaceAll('$', '$$$$');
}

function hintFor(path: string, status: FileStatus): string | null {
  if (status !== 'kept') return null;
  return path === CONFIG_FILE
    ? 'says otherwise; --force writes the flags into it'
    : 'differs; --force replaces it';
}

/** What the configuration does not say, or says otherwise, is spelled out. */
function nextCommands(
  { train, target, name }: InitAnswers,
  isConfigKept: boolean,
  template: TemplateName | undefined,
): string[] {
  const spelled = (flag: string, value: string | null, open: string): string =>
    value !== null && !isConfigKept ? '' : ` ${flag} ${shellWord(value ?? open)}`;
  const training = [
    `mlx train${spelled('--data', train, 'FILE')}${spelled('--target', target, 'COLUMN')}`,
    `mlx register ${name} --run latest`,
    `mlx promote ${name}/1 production --reason "first release"`,
  ];
  if (template === undefined) return training;
  return [...training, `MLX_SOURCE=${checkout()} docker compose up --build --detach`];
}

/** The image is built from a checkout of mlx: this one, where mlx runs from one. */
function checkout(): string {
  const root = resolve(fileURLToPath(new URL('../../../', import.meta.url)));
  return existsSync(join(root, 'package-lock.json')) ? shellWord(root) : 'PATH_OF_AN_MLX_CHECKOUT';
}

function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
