import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NAME } from './models.mjs';

/**
 * Requests with the first rows of a table of numbers, each in a file: `{title, path, body, headers}`.
 * The columns are sent as the table has them, without its last one, the target.
 */
export function batchBodies({ dir, test }, count) {
  const [head, ...lines] = readFileSync(test, 'utf8').split(/\r?\n/, count + 1);
  const names = head.split(',').slice(0, -1);
  const rows = lines.map((line) => line.split(',').map(Number));
  const columns = names.map((name, at) => ({ name, values: rows.map((row) => row[at]) }));
  const json = ['Content-Type', 'application/json'];
  const write = (file, bytes) => {
    const path = join(dir, file);
    writeFileSync(path, bytes);
    return path;
  };
  const { head: infer, tensors } = binaryTensors(columns);
  return [
    {
      title: 'V2, binary tensors',
      path: `/v2/models/${NAME}/infer`,
      body: write('batch.v2', Buffer.concat([infer, ...tensors])),
      headers: [
        'Content-Type',
        'application/octet-stream',
        'Inference-Header-Content-Length',
        String(infer.length),
      ],
    },
    {
      title: 'TensorFlow, JSON columns',
      path: `/v1/models/${NAME}:predict`,
      body: write(
        'batch-columns.json',
        JSON.stringify({ inputs: Object.fromEntries(columns.map(({ name, values }) => [name, values])) }),
      ),
      headers: json,
    },
    {
      title: 'plain, JSON rows',
      path: '/batch_predict',
      body: write('batch-rows.json', JSON.stringify({ rows: rows.map((row) => row.slice(0, -1)) })),
      headers: json,
    },
  ];
}

/** The JSON that describes the columns as tensors of 64-bit floats, and their bytes; the answer is asked for in binary, too. */
function binaryTensors(columns) {
  const tensors = columns.map(({ values }) => Buffer.from(Float64Array.from(values).buffer));
  const document = {
    inputs: columns.map(({ name, values }, at) => ({
      name,
      shape: [values.length, 1],
      datatype: 'FP64',
      parameters: { binary_data_size: tensors[at].length },
    })),
    parameters: { binary_data_output: true },
  };
  return { head: Buffer.from(JSON.stringify(document)), tensors };
}
