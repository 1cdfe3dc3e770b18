import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The commit of the working tree around `cwd`, with `-dirty` when tracked files differ; null outside git. */
export async function gitCommitOf(cwd: string): Promise<string | null> {
  try {
    const options = { cwd, timeout: 5000, windowsHide: true };
    const { stdout: commit } = await run('git', ['rev-parse', 'HEAD'], options);
    const { stdout: changes } = await run('git', ['status', '--porcelain', '--untracked-files=no'], options);
    return changes.trim() === '' ? commit.trim() : `${commit.trim()}-dirty`;
  } catch {
    return null;
  }
}
