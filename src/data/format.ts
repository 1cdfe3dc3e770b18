import type { FileFormat } from './file-format.js';
import { firstText } from './first-text.js';

const BY_ENDING: Readonly<Record<string, FileFormat>> = {
  csv: 'csv',
  tsv: 'csv',
  txt: 'csv',
  json: 'json',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  parquet: 'parquet',
  pq: 'parquet',
};

/**
 * The format of a file by its ending (before `.gz`, if it has that), else by its first bytes: `PAR1`, `{` and `[`;
 * everything else is CSV. @throws MlxError FILE_NOT_FOUND, FILE_UNREADABLE
 */
export async function detectFormat(path: string): Promise<FileFormat> {
  const ending = /\.([a-z0-9]+)(?:\.gz)?$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  return BY_ENDING[ending] ?? sniffFormat(path);
}

/** The format by the first bytes alone. */
export async function sniffFormat(path: string): Promise<FileFormat> {
  const first = await firstText(path);
  if (first.startsWith('PAR1')) return 'parquet';
  const text = first.replace(/^\ufeff/, '').trimStart();
  if (text.startsWith('[')) return 'json';
  return text.startsWith('{') ? 'jsonl' : 'csv';
}
