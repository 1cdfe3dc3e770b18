import type { ViewBlock } from '../command.js';
import type { RunsReportDocument } from './report.js';

export function view({ run, file }: RunsReportDocument): readonly ViewBlock[] {
  return [{ kind: 'lines', lines: [`The report of ${run.name} is in ${file}; open it in a browser.`] }];
}
