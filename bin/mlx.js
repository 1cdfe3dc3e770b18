#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import module from 'node:module';

const argv = process.argv.slice(2);
const text = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');
const asks = (...flags) => argv.length === 1 && flags.includes(argv[0]);

/** The help as the build rendered it; undefined while it is being built. */
function renderedHelp() {
  try {
    return text('../dist/help.txt');
  } catch {
    return undefined;
  }
}

// A reader that goes away (`mlx runs list | head -1`) is not a failure.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
});

const { version } = JSON.parse(text('../package.json'));
const help = argv.length === 0 || asks('--help', '-h') ? renderedHelp() : undefined;
if (asks('--version', '-V')) process.stdout.write(`${version}\n`);
else if (help !== undefined) process.stdout.write(help);
else {
  // Where Node has it (22.1 and later), compiled code is kept between starts.
  module.enableCompileCache?.();
  const { main } = await import('../dist/mlx.js');
  process.exitCode = await main(argv, version, process);
}
