import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { createRandom } from '#mlx/stats/random.js';

const PROGRAM = fileURLToPath(new URL('../../bin/mlx.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program while it runs, for signals and for what it prints on the way. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Waits until the stream has shown the text; fails when the program ends before. */
  shows(stream: 'stdout' | 'stderr', text: string | RegExp): Promise<string>;
}

/** A folder with the program in it; removed at the end of the test file. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'mlx-cli-'));

  constructor() {
    afterAll(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  put(name: string, text: string | Uint8Array): string {
    writeFileSync(this.path(name), text);
    return name;
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** @param stdin what is piped in; an empty stream when not given */
  start(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    stdin?: string | Uint8Array,
  ): Running {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: this.folder,
      env: { PATH: process.env.PATH ?? '', HOME: this.folder, MLX_ACTOR: 'tester', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // a program that refuses what it is asked does not read what is piped in
    child.stdin.on('error', () => undefined).end(stdin);
    const shown = { stdout: '', stderr: '' };
    child.stdout.on('data', (data) => {
      shown.stdout += data;
    });
    child.stderr.on('data', (data) => {
      shown.stderr += data;
    });
    const ended = new Promise<Ended>((resolve) => {
      child.on('close', (code) => resolve({ code, ...shown }));
    });
    const shows = (stream: 'stdout' | 'stderr', text: string | RegExp): Promise<string> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (shown[stream].search(text) >= 0) resolve(shown[stream]);
        };
        child[stream].on('data', look);
        child.on('close', () => reject(new Error(`it ended and had shown: ${shown.stdout}${shown.stderr}`)));
        look();
      });
    return { child, ended, shows };
  }

  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended> {
    return this.start(args, env).ended;
  }

  /** Runs as behind a pipe. */
  pipe(stdin: string | Uint8Array, args: readonly string[]): Promise<Ended> {
    return this.start(args, {}, stdin).ended;
  }

  /** Runs with `--json`; stdout must be one document. */
  async json(args: readonly string[]): Promise<{ readonly code: number | null; readonly document: Json }> {
    const { code, stdout } = await this.run([...args, '--json']);
    return { code, document: JSON.parse(stdout) as Json };
  }
}

/** A document as the tests look into it. */
// biome-ignore lint/suspicious/noExplicitAny: a test looks into documents of every shape
export type Json = any;

/** A table on which a forest is good but not perfect: two numbers, a category, a date, and a yes/no answer. */
export function customersCsv(
  rows: number,
  options: { seed?: number; shift?: number; noise?: number } = {},
): string {
  const { seed = 1, shift = 0, noise = 0.15 } = options;
  const random = createRandom(seed);
  const lines = ['id,age,spend,plan,joined,left'];
  for (let row = 0; row < rows; row++) {
    const age = 20 + random.int(50);
    const spend = Math.round(1000 * random.next()) / 10 + shift;
    const plan = ['free', 'basic', 'pro'][random.int(3)] as string;
    const joined = new Date(Date.UTC(2024, 0, 1 + random.int(600))).toISOString().slice(0, 10);
    const isAway = (spend < 40 && plan !== 'pro') !== random.next() < noise;
    const shownAge = random.next() < 0.05 ? '' : String(age);
    lines.push(`c${row},${shownAge},${spend},${plan},${joined},${isAway ? 'yes' : 'no'}`);
  }
  return `${lines.join('\n')}\n`;
}
