#!/usr/bin/env node
'use strict';
// CommonJS, since node is quicker up with it; the rest of mlx is ES modules.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const argv = process.argv.slice(2);
const text = (path) => readFileSync(join(__dirname, path), 'utf8');
const asks = (...flags) => argv.length === 1 && flags.includes(argv[0]);

/** The help as the build rendered it; undefined while it is being built. */
function renderedHelp() {
  try {
    return text('../dist/help.txt');
  } catch {
    return undefined;
  }
}

async function start(version) {
  // Where Node has it (22.1 and later), compiled code is kept between starts.
  require('node:module').enableCompileCache?.();
  const { main } = await import('../dist/mlx.js');
  process.exitCode = await main(argv, version, process);
}

// A reader that goes away (`mlx runs list | head -1`) is not a failure.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
});

const { version } = JSON.parse(text('../package.json'));
const help = argv.length === 0 || asks('--help', '-h') ? renderedHelp() : undefined;
if (asks('--version', '-V')) process.stdout.write(`${version}\n`);
else if (help !== undefined) process.stdout.write(help);
else start(version);
