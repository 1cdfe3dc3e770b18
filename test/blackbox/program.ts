import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect } from 'vitest';

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
export const PROGRAM = join(REPOSITORY, 'bin', 'mlx.js');

export interface LaunchOptions {
  /** Working directory; the store is its `.mlx` unless `env` names another. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** After this the process is killed. */
  readonly timeoutMs?: number;
  /** A program that runs mlx: `['setpriv', '--reuid=65534']`. */
  readonly through?: readonly string[];
}

/** A command that has ended. */
export interface Ended {
  readonly args: readonly string[];
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** A command that runs, in a process group of its own. */
export interface Launched {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it has written so far. */
  stdout(): string;
  stderr(): string;
  /** Signals the whole group; harmless when it is gone. */
  kill(signal?: NodeJS.Signals): void;
}

const TIMEOUT_MS = 120_000;
const launched = new Set<Launched>();

afterAll(async () => {
  for (const one of launched) one.kill();
  await Promise.all([...launched].map((one) => one.ended));
});

export function launch(args: readonly string[], options: LaunchOptions): Launched {
  const [command = '', ...rest] = [...(options.through ?? []), process.execPath, PROGRAM, ...args];
  const child = spawn(command, rest, {
    cwd: options.cwd,
    env: { ...cleanEnvironment(), MLX_STORE: join(options.cwd, '.mlx'), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const startedAt = performance.now();
  const written = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    written.stderr += text;
  });
  const kill = (signal: NodeJS.Signals = 'SIGKILL'): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-child.pid, signal);
  };
  const timer = setTimeout(kill, options.timeoutMs ?? TIMEOUT_MS);
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    clearTimeout(timer);
    launched.delete(self);
    return { args, code, signal, ...written, seconds: (performance.now() - startedAt) / 1000 };
  });
  const self: Launched = {
    child,
    ended,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    kill,
  };
  launched.add(self);
  return self;
}

/** Runs a command to its end. */
export function mlx(args: readonly string[], options: LaunchOptions): Promise<Ended> {
  return launch(args, options).ended;
}

/** Runs a command with --json that must exit with that code; gives its document. */
export async function mlxJson<Document>(
  args: readonly string[],
  options: LaunchOptions,
  code = 0,
): Promise<Document> {
  const ended = await mlx([...args, '--json'], options);
  expect(ended.code, `mlx ${args.join(' ')}\n${ended.stderr}${ended.stdout.slice(0, 2000)}`).toBe(code);
  return documentOf<Document>(ended);
}

/** The one JSON document on stdout. */
export function documentOf<Document>({ stdout, args, stderr }: Ended): Document {
  try {
    return JSON.parse(stdout) as Document;
  } catch {
    throw new Error(`mlx ${args.join(' ')} wrote no JSON document:\n${stdout.slice(0, 500)}\n${stderr}`);
  }
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Runs a command that must fail, and checks the shape of that: exit code, JSON document, words, no stack. */
export async function failing(
  args: readonly string[],
  expected: { readonly exit: number; readonly code: string },
  options: LaunchOptions,
): Promise<Failure> {
  const ended = await mlx([...args, '--json'], options);
  const what = `mlx ${args.join(' ')}\n${ended.stdout.slice(0, 1500)}\n${ended.stderr.slice(0, 1500)}`;
  const { error } = documentOf<{ error?: Failure }>(ended);
  expect({ exit: ended.code, code: error?.code }, what).toEqual(expected);
  expect(error?.message, what).toMatch(/\S/);
  expect(ended.stderr, what).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(ended.stderr, what).toContain(error?.message);
  return error as Failure;
}

/** The environment without what would change how mlx behaves. */
export function cleanEnvironment(): Record<string, string> {
  const foreign = /^(?:MLX_|CI$|FORCE_COLOR$|NO_COLOR$|VITEST|NODE_|COLUMNS$)/;
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !foreign.test(entry[0]),
  );
  return Object.fromEntries(kept);
}
