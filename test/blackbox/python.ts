import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { REPOSITORY } from './program.js';

const PYTHON = '/usr/bin/python3';

/** Why Python cannot be asked, or undefined where it has that module. */
export function whyNotPython(module: string): string | undefined {
  const { status } = spawnSync(PYTHON, ['-c', `import ${module}`]);
  return status === 0 ? undefined : `${PYTHON} with ${module} is not there`;
}

/** What a script of test/oracles prints. */
export function askPython<Answer>(script: string, args: readonly string[]): Answer {
  const { status, stdout, stderr } = spawnSync(PYTHON, [join(REPOSITORY, 'test/oracles', script), ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`${script} failed: ${stderr}`);
  return JSON.parse(stdout) as Answer;
}
