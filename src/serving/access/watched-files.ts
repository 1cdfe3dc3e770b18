import { stat } from 'node:fs/promises';

/**
 * Looks at files again and again and says when one has changed, once it has stayed as it is for an interval: who writes a
 * file in place is let finish. What a symbolic link leads to counts, as secrets that are mounted into containers change.
 */
export class WatchedFiles {
  readonly #paths: readonly string[];
  readonly #onChange: () => Promise<void>;
  readonly #timer: NodeJS.Timeout | undefined;
  #known: string;
  #seen: string;
  #isLooking = false;

  private constructor(
    paths: readonly string[],
    state: string,
    intervalMs: number,
    onChange: () => Promise<void>,
  ) {
    this.#paths = paths;
    this.#known = state;
    this.#seen = state;
    this.#onChange = onChange;
    this.#timer = paths.length === 0 ? undefined : setInterval(() => void this.#look(), intervalMs);
    this.#timer?.unref();
  }

  /** Call it before the files are read, so that no change is missed. @param onChange must not throw */
  static async open(
    paths: readonly string[],
    intervalMs: number,
    onChange: () => Promise<void>,
  ): Promise<WatchedFiles> {
    return new WatchedFiles(paths, await stateOf(paths), intervalMs, onChange);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const before = this.#seen;
    this.#seen = await stateOf(this.#paths);
    if (this.#seen === before && this.#seen !== this.#known) {
      this.#known = this.#seen;
      await this.#onChange();
    }
    this.#isLooking = false;
  }
}

async function stateOf(paths: readonly string[]): Promise<string> {
  const states = await Promise.all(
    paths.map((path) =>
      stat(path).then(
        ({ dev, ino, size, mtimeMs, ctimeMs }) => [dev, ino, size, mtimeMs, ctimeMs].join(':'),
        () => 'absent',
      ),
    ),
  );
  return states.join(' ');
}
