import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MLX = fileURLToPath(new URL('../../bin/mlx.js', import.meta.url));

/** How a command line ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built `mlx` in a folder, as a script would: nobody can be asked, no setting comes from outside. */
export function mlx(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const { PATH = '', HOME = '' } = process.env;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [MLX, ...args],
      { cwd, env: { PATH, HOME, ...env } },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
    child.stdin?.end();
  });
}

/** The one document that a command line prints with --json, with its exit code. */
export async function mlxJson<Document>(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; document: Document }> {
  const { code, stdout } = await mlx(cwd, [...args, '--json'], env);
  return { code, document: JSON.parse(stdout) as Document };
}
