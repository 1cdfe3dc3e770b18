import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Child {
  readonly process: ChildProcess;
  /** Whole lines written so far. */
  readonly lines: string[];
  /** Resolves when the process is gone; rejects when it wrote to stderr. */
  readonly ended: Promise<void>;
}

/** Runs a script of `fixtures/` in a process of its own. */
export function startChild(script: string, ...args: string[]): Child {
  const path = fileURLToPath(new URL(`./fixtures/${script}`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  let rest = '';
  let problems = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    problems += text;
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.on('close', () => (problems === '' ? resolve() : reject(new Error(problems))));
  });
  return { process: child, lines, ended };
}
