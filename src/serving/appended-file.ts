import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';

/** A file of this process's own making that text is added to; it can be opened anew after somebody has moved it away. */
export class AppendedFile {
  readonly #path: string;
  readonly #onError: (error: Error) => void;
  #stream: WriteStream;
  #isBroken = false;

  /** @param onError called once for a file that cannot be written; nothing more goes into it until it is opened anew */
  constructor(path: string, onError: (error: Error) => void) {
    this.#path = path;
    this.#onError = onError;
    this.#stream = this.#open();
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** @param onWritten called when the operating system has it, or will never have it */
  write(text: string, onWritten: () => void): void {
    this.#stream.write(text, onWritten);
  }

  /**
   * Opens the path again, and writes what follows there; what was given before is in the old file when this resolves.
   * @throws what opening fails with; the old file goes on then
   */
  async reopen(): Promise<void> {
    const next = this.#open();
    await once(next, 'open');
    const old = this.#stream;
    const wasBroken = this.#isBroken;
    this.#stream = next;
    this.#isBroken = false;
    if (!wasBroken) await ended(old);
  }

  async close(): Promise<void> {
    if (!this.#isBroken) await ended(this.#stream);
  }

  #open(): WriteStream {
    const stream = createWriteStream(this.#path, { flags: 'a', mode: 0o600 });
    let wasOpened = false;
    stream.once('open', () => {
      wasOpened = true;
    });
    stream.on('error', (error) => {
      const isInUse = stream === this.#stream;
      if (isInUse) this.#isBroken = true;
      // One that could not be opened anew is `reopen`'s to tell of; a last line that an old one did not take is not.
      if (isInUse || wasOpened) this.#onError(error);
    });
    return stream;
  }
}

/** Writes what is left. */
async function ended(stream: WriteStream): Promise<void> {
  stream.end();
  // An error closes it, too.
  if (!stream.closed) await new Promise<void>((resolve) => stream.once('close', resolve));
}
