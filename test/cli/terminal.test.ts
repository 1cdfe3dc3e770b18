import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Context } from '#mlx/cli/context.js';
import { renderBlocks } from '#mlx/cli/render.js';
import { styleFor } from '#mlx/cli/style.js';
import { Terminal } from '#mlx/cli/terminal.js';
import { optionKey, resolveValues } from '#mlx/cli/values.js';
import type { CommandSpec, OptionSpec } from '#mlx/commands/command.js';
import { loadConfig } from '#mlx/config/load.js';
import { MlxError } from '#mlx/errors.js';

interface Screen {
  readonly terminal: Terminal;
  readonly out: string[];
  readonly err: string[];
}

/** A terminal over stand-in streams. */
function screen(
  tty: { readonly stdin?: boolean; readonly stdout?: boolean; readonly stderr?: boolean },
  env: Readonly<Record<string, string>> = {},
  options = { quiet: false, noColor: false },
): Screen {
  const out: string[] = [];
  const err: string[] = [];
  const streams = {
    stdin: { isTTY: tty.stdin },
    stdout: { isTTY: tty.stdout, write: (text: string) => out.push(text) > 0 },
    stderr: { isTTY: tty.stderr, write: (text: string) => err.push(text) > 0 },
  };
  return { terminal: new Terminal(streams, env, options), out, err };
}

describe('asking', () => {
  it.each([
    [true, 'stdin and stderr are terminals', { stdin: true, stderr: true }, {}],
    [false, 'stdin is none', { stderr: true, stdout: true }, {}],
    [false, 'stderr is none', { stdin: true, stdout: true }, {}],
    [false, 'CI is set', { stdin: true, stderr: true }, { CI: 'true' }],
    [true, 'CI is set to false', { stdin: true, stderr: true }, { CI: 'false' }],
  ])('%s when %s', (canAsk, _, tty, env) => {
    expect(screen(tty, env).terminal.canAsk).toBe(canAsk);
  });
});

describe('standard input', () => {
  const contextOf = (stdin: { isTTY?: boolean }, signal = new AbortController().signal): Context =>
    new Context({
      terminal: screen({}).terminal,
      stdin: stdin as NodeJS.ReadStream,
      cwd: '.',
      env: {},
      settings: loadConfig('.', {}).settings,
      configPath: null,
      storePath: undefined,
      version: '0.0.0',
      json: false,
      yes: false,
      input: true,
      signal,
    });

  it('is no table where it is a terminal', () => {
    expect(() => contextOf({ isTTY: true }).stdin()).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('is a terminal') }),
    );
  });

  it('is not waited for once the command is stopped', async () => {
    const stop = new AbortController();
    const stream = new PassThrough();
    stream.write('x\n');
    const chunks: string[] = [];
    await expect(async () => {
      for await (const chunk of contextOf(stream as { isTTY?: boolean }, stop.signal).stdin()) {
        chunks.push(String(chunk));
        stop.abort();
      }
    }).rejects.toThrow();
    expect(chunks).toEqual(['x\n']);
  });
});

describe('colour is decided per stream', () => {
  const both = { stdout: true, stderr: true };
  it.each([
    [{ stderr: true }, {}, [false, true]],
    [both, {}, [true, true]],
    [both, { NO_COLOR: '1' }, [false, false]],
    [both, { NO_COLOR: '' }, [true, true]],
    [both, { TERM: 'dumb' }, [false, false]],
    [{}, { FORCE_COLOR: '1' }, [true, true]],
    [{}, { FORCE_COLOR: '1', NO_COLOR: '1' }, [true, true]],
    [both, { FORCE_COLOR: '0' }, [false, false]],
  ])('%j with %j', (tty, env, [stdout, stderr]) => {
    const { terminal } = screen(tty, env);
    expect([terminal.hasColor('stdout'), terminal.hasColor('stderr')]).toEqual([stdout, stderr]);
  });

  it('--no-color wins over all', () => {
    const { terminal } = screen(both, { FORCE_COLOR: '1' }, { quiet: false, noColor: true });
    expect(terminal.hasColor('stdout')).toBe(false);
  });

  it('a style without colour leaves text as it is', async () => {
    const [plain, coloured] = await Promise.all([styleFor(false), styleFor(true)]);
    expect([plain.good('x'), plain.bold('x')]).toEqual(['x', 'x']);
    expect(coloured.good('x')).toBe('\u001b[32mx\u001b[39m');
  });
});

describe('streams', () => {
  it('results go to stdout, the rest to stderr', () => {
    const { terminal, out, err } = screen({});
    terminal.out('result');
    terminal.err('problem');
    terminal.note('remark');
    expect([out, err]).toEqual([['result\n'], ['problem\n', 'remark\n']]);
  });

  it('--quiet leaves out notes and progress, not errors', () => {
    const { terminal, err } = screen({}, {}, { quiet: true, noColor: false });
    terminal.note('remark');
    const progress = terminal.progress('work');
    progress.update('more');
    progress.done('done');
    terminal.err('problem');
    expect(err).toEqual(['problem\n']);
  });

  it('progress without a terminal is one line at the end', () => {
    const { terminal, out, err } = screen({});
    const progress = terminal.progress('work');
    for (let step = 0; step < 100; step++) progress.update(`step ${step}`);
    progress.done();
    expect([out, err]).toEqual([[], ['step 99\n']]);
  });

  it('progress on a terminal that ends at once leaves one marked line', () => {
    const { terminal, err } = screen({ stderr: true });
    terminal.progress('work').done('worked');
    terminal.progress('more').fail();
    expect(err).toEqual(['✔ worked\n', '✖ more\n']);
  });
});

describe('tables', () => {
  const table = {
    head: ['name', 'n'],
    rows: [
      ['a|b', '1'],
      ['c,"d"', '22'],
    ],
    right: [1],
  };
  const blocks = [
    { kind: 'lines' as const, lines: ['above'] },
    { kind: 'table' as const, table },
  ];
  it.each([
    ['table', 'above\nname    n\na|b     1\nc,"d"  22'],
    ['csv', 'name,n\na|b,1\n"c,""d""",22'],
    ['md', 'above\n| name | n |\n| --- | ---: |\n| a\\|b | 1 |\n| c,"d" | 22 |'],
  ] as const)('as %s', async (format, expected) => {
    expect(await renderBlocks(blocks, format, await styleFor(false))).toBe(expected);
  });
});

describe('option values', () => {
  const { settings } = loadConfig('/', {});
  const parse = (bare: Omit<OptionSpec, 'help'>, text: unknown): unknown => {
    const option = { help: '', ...bare };
    const spec = { options: [option] } as unknown as CommandSpec;
    const key = optionKey(option);
    return resolveValues(spec, text === undefined ? {} : { [key]: text }, settings)[key];
  };

  it.each([
    [{ flags: '--keep-latest <k>', kind: 'integer' }, '3', 3],
    [{ flags: '--ratio <r>', kind: 'number' }, '1e-2', 0.01],
    [{ flags: '--last <d>', kind: 'duration' }, '90s', 90],
    [{ flags: '--last <d>', kind: 'duration' }, '1.5h', 5400],
    [{ flags: '--last <d>', kind: 'duration' }, '2w', 1_209_600],
    [{ flags: '--keep <c>', kind: 'list' }, ['a, b', 'c'], ['a', 'b', 'c']],
    [{ flags: '--param <p>', kind: 'pairs' }, ['a=1', 'b = x=y '], { a: '1', b: 'x=y' }],
    [{ flags: '--data <f>', kind: 'paths' }, ['a, b.csv'], 'a, b.csv'],
    [{ flags: '--data <f>', kind: 'paths', setting: 'data.train' }, ['a, b.csv', '-'], ['a, b.csv', '-']],
    [{ flags: '--force', kind: 'flag' }, true, true],
    [{ flags: '--limit <n>', kind: 'integer', default: 20 }, undefined, 20],
    [{ flags: '--limit <n>', kind: 'integer' }, undefined, undefined],
    [{ flags: '--seed <n>', setting: 'training.seed' }, '7', 7],
    [{ flags: '--seed <n>', setting: 'training.seed' }, undefined, 0],
  ] as const)('%j of %j is %j', (option, text, expected) => {
    expect(parse(option, text)).toEqual(expected);
  });

  it.each([
    [{ flags: '--limit <n>', kind: 'integer' }, '1.5'],
    [{ flags: '--limit <n>', kind: 'integer' }, ''],
    [{ flags: '--ratio <r>', kind: 'number' }, 'Infinity'],
    [{ flags: '--last <d>', kind: 'duration' }, '24'],
    [{ flags: '--param <p>', kind: 'pairs' }, ['=1']],
    [{ flags: '--data <f>', kind: 'paths' }, ['a.csv', '']],
    [{ flags: '--fail-on <v>', choices: ['insufficient'] }, 'drift'],
    [{ flags: '--seed <n>', setting: 'training.seed' }, '-1'],
    [{ flags: '--split <m>', setting: 'data.split' }, 'half'],
  ] as const)('%j of %j is wrong usage that names the flag', (option, text) => {
    const flag = option.flags.split(' ')[0] as string;
    try {
      parse(option, text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(MlxError);
      expect(error).toMatchObject({ code: 'USAGE', message: expect.stringContaining(flag) });
    }
  });

  it('a parameter named __proto__ is a parameter, and reaches no prototype', () => {
    const value = parse({ flags: '--param <p>', kind: 'pairs' }, ['__proto__=1']) as object;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});
