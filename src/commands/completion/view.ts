import type { ViewBlock } from '../command.js';
import type { CompletionDocument } from './run.js';

export function view({ script }: CompletionDocument): readonly ViewBlock[] {
  return [{ kind: 'lines', lines: script.trimEnd().split('\n') }];
}
