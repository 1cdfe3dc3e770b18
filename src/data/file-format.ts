/** What a file is read as. `json` is one array of objects, `jsonl` an object a line; either is told from the other. */
export const FILE_FORMATS = ['csv', 'json', 'jsonl', 'parquet'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];
