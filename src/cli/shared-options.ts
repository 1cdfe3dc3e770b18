/** Options that every command takes. */
export const SHARED_OPTIONS: readonly (readonly [flags: string, help: string])[] = [
  ['--json', 'one JSON document on stdout, on failure too'],
  [
    '--json-lines',
    'the same as --json=lines: a JSON line for each event while it works, the document in the last one',
  ],
  ['--store <dir>', 'the store (default: the nearest .mlx above; MLX_STORE)'],
  ['--config <file>', 'the configuration (default: the nearest mlops.config.json above)'],
  ['--yes', 'answer yes to every question'],
  ['--no-input', 'never ask; a missing answer is an error'],
  ['--quiet', 'no progress and notes on stderr'],
  ['--no-color', 'no colours (also NO_COLOR)'],
  ['--debug', 'show the stack of an error'],
];
