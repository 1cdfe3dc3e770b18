import { defineConfig } from 'vitest/config';

// Tests load the built files (`#mlx/*` = dist), so that worker threads and the command line are
// exactly what a user runs.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/blackbox/**'],
    pool: 'forks',
    poolOptions: { forks: { maxForks: 2 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    server: { deps: { external: [/\/dist\//] } },
  },
});
