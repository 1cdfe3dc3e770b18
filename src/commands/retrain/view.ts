import type { Style, ViewBlock } from '../command.js';
import { formatNumber } from '../format.js';
import type { RetrainDocument } from './run.js';

export function view(result: RetrainDocument, style: Style): readonly ViewBlock[] {
  const { contest, promoted, training } = result;
  const verdict =
    promoted === null
      ? style.warn(`not promoted: run ${training.run.name} is not better`)
      : style.good(`promoted ${promoted.model}/${promoted.version} to production`);
  const versus =
    contest.production === null
      ? contest.reason
      : `${contest.metric}: candidate ${formatNumber(contest.candidate)}, production ${formatNumber(contest.production)} (version ${contest.production_version})`;
  return [
    { kind: 'lines', lines: [verdict, versus, style.dim(`measured on ${training.rows.test} test rows`)] },
  ];
}
