import type { Style, ViewBlock } from '../command.js';
import { formatShare } from '../format.js';
import type { AbtestChange } from './start.js';

export function view({ test }: AbtestChange, style: Style): readonly ViewBlock[] {
  const arms = `control ${test.control}, treatment ${test.treatment} with ${formatShare(test.ratio)} of the traffic`;
  const line =
    test.status === 'running'
      ? `A/B test ${style.bold(test.id)} on ${test.model} runs: ${arms}`
      : `A/B test ${style.bold(test.id)} on ${test.model} is stopped`;
  return [
    {
      kind: 'lines',
      lines: [line, style.dim(`Next: mlx abtest report ${test.status === 'running' ? test.model : test.id}`)],
    },
  ];
}
