import { inputText } from '../../data/input-name.js';
import { featureColumns } from '../../data/schema.js';
import type { Target } from '../../data/target.js';
import type { ReportedData } from '../../reports/training/report.js';
import type { PreparedData } from '../prepare.js';
import { numberHistogram } from './number-histogram.js';

/** The table that was learned from, and how rows of it were held out. */
export function dataPart(data: PreparedData): ReportedData {
  const { train, test, schema } = data;
  const leftOut = schema.columns.flatMap(({ name, role, reason }) =>
    role === 'ignore' ? [{ column: name, reason: reason ?? 'left out on request' }] : [],
  );
  return {
    source: inputText(train.input),
    digest: train.digest,
    rows: train.table.rows + test.table.rows,
    columns: schema.columns.length,
    trainRows: train.table.rows,
    testRows: test.table.rows,
    split: splitText(data),
    usedColumns: featureColumns(schema).length,
    leftOut,
    anomalies: data.anomalies.map(({ column, message }) => `${column}: ${message}`),
    ...targetPart(train.target),
  };
}

function splitText({ split, splitColumn, test, unlabelled, duplicatesDropped }: PreparedData): string {
  const notes = [
    split === 'file' ? `a table of its own: ${inputText(test.input)}` : `${split} split`,
    ...(splitColumn === null ? [] : [`by ${splitColumn}`]),
    ...(unlabelled === 0 ? [] : [`${unlabelled} rows without a target left out`]),
    ...(duplicatesDropped === null ? [] : [`${duplicatesDropped} duplicate rows left out`]),
  ];
  return notes.join(', ');
}

function targetPart({
  task,
  classes,
  values,
}: Target): Pick<ReportedData, 'classCounts' | 'targetHistogram'> {
  if (task === 'regression') return { targetHistogram: numberHistogram(values) };
  const counts = new Array<number>(classes.length).fill(0);
  for (const value of values) (counts[value] as number)++;
  return { classCounts: classes.map((name, k) => ({ class: name, count: counts[k] as number })) };
}
