import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { emptyFolder } from './folders.js';
import { cleanEnvironment, PROGRAM } from './program.js';

const ROUNDS = 9;
const ATTEMPTS = 3;
const MOST = 1.7;

const COMMANDS = { node: ['-e', '0'], version: [PROGRAM, '--version'], help: [PROGRAM, '--help'] } as const;

/** Medians of interleaved starts, in milliseconds. */
function measure(cwd: string): Record<keyof typeof COMMANDS, number> {
  const times = { node: [] as number[], version: [] as number[], help: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, args] of Object.entries(COMMANDS)) {
      const startedAt = performance.now();
      const { status } = spawnSync(process.execPath, args, { cwd, env: cleanEnvironment() });
      times[name as keyof typeof COMMANDS].push(performance.now() - startedAt);
      expect(status).toBe(0);
    }
  }
  const median = (values: number[]): number => values.sort((a, b) => a - b)[(ROUNDS - 1) / 2] as number;
  return { node: median(times.node), version: median(times.version), help: median(times.help) };
}

test('mlx --version and mlx --help take at most 1.7 times as long as node itself', () => {
  const cwd = emptyFolder();
  const ratios: { version: number; help: number }[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { node, version, help } = measure(cwd);
    const ratio = { version: version / node, help: help / node };
    console.log(
      `node -e 0: ${node.toFixed(0)} ms; --version ${version.toFixed(0)} ms (× ${ratio.version.toFixed(2)}); ` +
        `--help ${help.toFixed(0)} ms (× ${ratio.help.toFixed(2)})`,
    );
    ratios.push(ratio);
    if (ratio.version <= MOST && ratio.help <= MOST) break;
  }
  const best = (name: 'version' | 'help') => Math.min(...ratios.map((ratio) => ratio[name]));
  expect(best('version')).toBeLessThanOrEqual(MOST);
  expect(best('help')).toBeLessThanOrEqual(MOST);
});
