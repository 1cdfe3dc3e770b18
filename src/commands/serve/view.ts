import type { ViewBlock } from '../command.js';

/** The server has said everything while it ran. */
export function view(): readonly ViewBlock[] {
  return [];
}
