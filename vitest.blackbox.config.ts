import { defineConfig } from 'vitest/config';

// The built program, run as a user runs it. One file after the other: several measure time or kill processes.
export default defineConfig({
  test: {
    include: ['test/blackbox/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    reporters: ['verbose'],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    server: { deps: { external: [/\/dist\//] } },
  },
});
