// The open-loop generator (open-loop.c), compiled once for each version of its source.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../process.mjs';

const SOURCE = fileURLToPath(new URL('open-loop.c', import.meta.url));

/** The program's path. It needs a C compiler. */
export function openLoopProgram() {
  const digest = createHash('sha256').update(readFileSync(SOURCE)).digest('hex').slice(0, 16);
  const program = join(tmpdir(), `mlx-open-loop-${process.getuid?.() ?? ''}-${digest}`);
  if (!existsSync(program)) {
    const made = join(mkdtempSync(join(tmpdir(), 'mlx-open-loop-')), 'program');
    run('cc', ['-O2', '-o', made, SOURCE, '-lm']);
    renameSync(made, program);
  }
  return program;
}

/**
 * Starts it; its report comes on stdout.
 * @param task see `offer` in load.mjs
 */
export function startOpenLoop({ url, file, body, ...task }, options) {
  const { hostname, port } = new URL(url);
  const { path, type, connections, rate, warmupSeconds, seconds, patienceMs } = task;
  const given = [path, type, file ?? '-', connections, rate, warmupSeconds, seconds, patienceMs];
  const child = spawn(openLoopProgram(), [hostname, port, ...given.map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...options,
  });
  child.stdin.end(file === null ? body : '');
  return child;
}
