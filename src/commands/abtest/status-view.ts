import type { Style, ViewBlock } from '../command.js';
import { formatShare, formatTime } from '../format.js';
import type { AbtestStatusDocument } from './status.js';

export function view({ tests }: AbtestStatusDocument, style: Style): readonly ViewBlock[] {
  if (tests.length === 0)
    return [{ kind: 'lines', lines: [style.dim('No A/B tests. `mlx abtest start` starts one.')] }];
  const rows = tests.map((test) => [
    test.id,
    test.model,
    test.status === 'running' ? style.good(test.status) : test.status,
    String(test.control),
    String(test.treatment),
    formatShare(test.ratio),
    formatTime(test.started_at),
    formatTime(test.stopped_at),
  ]);
  const head = ['test', 'model', 'status', 'control', 'treatment', 'share', 'started', 'stopped'];
  return [{ kind: 'table', table: { head, rows, right: [3, 4, 5] } }];
}
