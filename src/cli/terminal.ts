import type { Ora } from 'ora';
import type { Progress } from '../commands/command.js';

/** The streams of a process, or stand-ins in tests. */
export interface Streams {
  readonly stdin: { readonly isTTY?: boolean | undefined };
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

export interface OutputStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** How often a progress line is written where nobody watches a spinner. */
const LINE_INTERVAL_MS = 5000;

/** The only door to the screen: results go to stdout, everything else to stderr. */
export class Terminal {
  readonly #streams: Streams;
  readonly #env: Environment;
  readonly #quiet: boolean;
  readonly #noColor: boolean;
  readonly #jsonLines: boolean;

  constructor(
    streams: Streams,
    env: Environment,
    options: { readonly quiet: boolean; readonly noColor: boolean; readonly jsonLines?: boolean },
  ) {
    this.#streams = streams;
    this.#env = env;
    this.#quiet = options.quiet;
    this.#noColor = options.noColor;
    this.#jsonLines = options.jsonLines ?? false;
  }

  /** True when questions can be asked: a person at both ends. */
  get canAsk(): boolean {
    return this.#streams.stdin.isTTY === true && this.#streams.stderr.isTTY === true && !isSet(this.#env.CI);
  }

  get width(): number {
    return this.#streams.stdout.columns || 100;
  }

  /** Characters that a line of stdout has room for: as many as you like where it is no terminal. */
  get lineWidth(): number {
    return this.#streams.stdout.isTTY === true ? this.width : Number.POSITIVE_INFINITY;
  }

  /** Decided per stream: FORCE_COLOR, then NO_COLOR and --no-color, then whether it is a terminal. */
  hasColor(stream: 'stdout' | 'stderr'): boolean {
    if (this.#noColor) return false;
    if (this.#env.FORCE_COLOR !== undefined)
      return this.#env.FORCE_COLOR !== '0' && this.#env.FORCE_COLOR !== 'false';
    if (isSet(this.#env.NO_COLOR) || this.#env.TERM === 'dumb') return false;
    return this.#streams[stream].isTTY === true;
  }

  out(text: string): void {
    this.#streams.stdout.write(`${text}\n`);
  }

  err(text: string): void {
    this.#streams.stderr.write(`${text}\n`);
  }

  /** A line of `--json=lines` on stdout; nothing without that flag. */
  event(name: string, data: object): void {
    if (this.#jsonLines) this.out(JSON.stringify({ event: name, ...data }));
  }

  /** A line for a person that --quiet leaves out. */
  note(text: string): void {
    if (!this.#quiet) this.err(text);
  }

  /** A spinner on a terminal; elsewhere a line at the end, and one every few seconds on the way. */
  progress(text: string): Progress {
    if (this.#quiet) return { update() {}, done() {}, fail() {} };
    return this.#canSpin ? this.#spinner(text) : this.#lines(text);
  }

  /** ora counts the lines that it has to clear; on a terminal of unknown width (0 columns) it never ends. */
  get #canSpin(): boolean {
    const { isTTY, columns } = this.#streams.stderr;
    return isTTY === true && columns !== 0 && !isSet(this.#env.CI);
  }

  #spinner(text: string): Progress {
    let current = text;
    let ended = false;
    let spinner: Ora | undefined;
    const stream = this.#streams.stderr as NodeJS.WriteStream;
    void import('ora').then(({ default: ora }) => {
      if (ended) return;
      spinner = ora({ text: current, stream, discardStdin: false }).start();
    });
    const end = (mark: string, last: string | undefined): void => {
      ended = true;
      spinner?.stop();
      this.err(`${mark} ${last ?? current}`);
    };
    return {
      update(next) {
        current = next;
        if (spinner !== undefined) spinner.text = next;
      },
      done: (last) => end('✔', last),
      fail: (last) => end('✖', last),
    };
  }

  #lines(text: string): Progress {
    let lastAt = performance.now();
    let current = text;
    return {
      update: (next) => {
        current = next;
        if (performance.now() - lastAt < LINE_INTERVAL_MS) return;
        lastAt = performance.now();
        this.err(next);
      },
      done: (last) => this.err(last ?? current),
      fail: (last) => this.err(last ?? current),
    };
  }
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}
