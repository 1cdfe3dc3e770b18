import { MLX, median, print, run } from './process.mjs';

const ROUNDS = 9;

/** `mlx --version` and `mlx --help` against an empty Node program, interleaved. */
export async function bench() {
  const programs = {
    'node -e 0': ['-e', '0'],
    'mlx --version': [MLX, '--version'],
    'mlx --help': [MLX, '--help'],
  };
  const times = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, args] of Object.entries(programs)) {
      const begin = performance.now();
      run(process.execPath, args);
      times[name].push(performance.now() - begin);
    }
  }
  const base = median(times['node -e 0']);
  const rows = Object.entries(times).map(([name, values]) => [
    name,
    `${median(values).toFixed(1)} ms`,
    `${(median(values) / base).toFixed(2)} ×`,
  ]);
  print(`Start-up, median of ${ROUNDS}`, ['program', 'time', 'ratio'], rows);
}
