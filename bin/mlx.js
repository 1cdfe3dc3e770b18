#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import module from 'node:module';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const argv = process.argv.slice(2);

if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  process.stdout.write(`${version}\n`);
} else {
  // Where Node has it (22.1 and later), compiled code is kept between starts.
  module.enableCompileCache?.();
  // A reader that goes away (`mlx runs list | head -1`) is not a failure.
  process.stdout.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const { main } = await import('../dist/mlx.js');
  process.exitCode = await main(argv, version, process);
}
