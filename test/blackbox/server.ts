import type { Prediction } from './documents.js';
import { type Ended, type Launched, type LaunchOptions, launch } from './program.js';
import { until } from './until.js';

/** What `mlx serve --json` says when it is ready. */
interface ReadyLine {
  readonly url: string;
  readonly grpc: string | null;
  readonly pids: readonly number[];
}

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
}

export interface PredictionAnswer extends Prediction {
  readonly model_version: number;
  readonly prediction_id: string;
  readonly arm?: 'control' | 'treatment';
}

export interface ErrorAnswer {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
    readonly details?: { readonly field?: string };
  };
}

/** `mlx serve` in a process of its own, on a free port. */
export class Server {
  readonly url: string;
  /** Where it listens for gRPC. */
  readonly grpc: string | null;
  /** The processes that answer. */
  readonly pids: readonly number[];
  readonly #process: Launched;

  private constructor({ url, grpc, pids }: ReadyLine, process: Launched) {
    this.url = url;
    this.grpc = grpc;
    this.pids = pids;
    this.#process = process;
  }

  static async start(args: readonly string[], options: LaunchOptions): Promise<Server> {
    const process = launch(['serve', ...args, '--port', '0', '--json'], { timeoutMs: 220_000, ...options });
    const line = await until('the server is ready', () => {
      if (process.child.exitCode !== null)
        throw new Error(`mlx serve ended: ${process.stderr()}${process.stdout()}`);
      return process.stdout().includes('\n') && process.stdout();
    });
    return new Server(JSON.parse(line) as ReadyLine, process);
  }

  async get<Body>(path: string): Promise<Answer<Body>> {
    return this.#answer(await fetch(`${this.url}${path}`));
  }

  /** Sends a value as JSON, or text as it is. */
  async post<Body>(path: string, body: unknown, type = 'application/json'): Promise<Answer<Body>> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const sent = await fetch(`${this.url}${path}`, {
      method: 'POST',
      headers: type === '' ? {} : { 'content-type': type },
      body: type === '' ? Buffer.from(text) : text,
    });
    return this.#answer(sent);
  }

  predict(features: unknown, more: object = {}): Promise<Answer<PredictionAnswer>> {
    return this.post('/predict', { features, ...more });
  }

  /** What the server has written to stderr: one JSON object a line. */
  log(): string {
    return this.#process.stderr();
  }

  /** Asks it to stop; gives the exit code. */
  async stop(): Promise<number | null> {
    this.#process.kill('SIGTERM');
    return (await this.#process.ended).code;
  }

  /** Signals the whole group, as a terminal does. */
  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  /** Signals the process that was started, and no other. */
  signalPrimary(name: NodeJS.Signals): void {
    this.#process.child.kill(name);
  }

  /** Resolves when all its processes have ended. */
  get ended(): Promise<Ended> {
    return this.#process.ended;
  }

  /** Takes its life at this instant. */
  async crash(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#process.ended;
  }

  async #answer<Body>(response: Response): Promise<Answer<Body>> {
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    const body = (isJson ? JSON.parse(text) : text) as Body;
    return { status: response.status, headers: response.headers, text, body };
  }
}
