import { type Input, STDIN_PATH } from '../data/input-name.js';
import type { SourceOptions } from '../data/read.js';
import type { RunRecord } from '../store/run-records.js';
import type { ModelingSpec } from './spec.js';

const DELIMITER = 'delimiter';
const QUOTE = 'quote';
const ENCODING = 'encoding';
const FORMAT = 'input_format';
const DATA_FILES = 'data_files';
const TEST_FILES = 'test_files';

/** How a run's tables were read, for its record: what was asked for, and the files where there are several. */
export function sourceParams({ data, test, source = {} }: ModelingSpec): Readonly<Record<string, string>> {
  const said: readonly (readonly [string, string | undefined])[] = [
    [DELIMITER, source.delimiter],
    [QUOTE, source.quote],
    [ENCODING, source.encoding === 'auto' ? undefined : source.encoding],
    [FORMAT, source.format === 'auto' ? undefined : source.format],
    [DATA_FILES, typeof data === 'object' ? JSON.stringify(data) : undefined],
    [TEST_FILES, typeof test === 'object' ? JSON.stringify(test) : undefined],
  ];
  return Object.fromEntries(said.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** The tables of a run, to be read again; undefined where it had none, or read standard input. */
export function inputsOf({ params, dataset, testDataset }: RunRecord): {
  readonly data: Input | undefined;
  readonly test: Input | undefined;
} {
  const inputOf = (files: string | undefined, path: string | undefined): Input | undefined => {
    if (files !== undefined) return JSON.parse(files) as readonly string[];
    return path === STDIN_PATH ? undefined : path;
  };
  return {
    data: inputOf(params[DATA_FILES], dataset?.path),
    test: params.split === 'file' ? inputOf(params[TEST_FILES], testDataset?.path) : undefined,
  };
}

/** How a run's tables were read; `auto` where nothing was asked for. */
export function sourceOf({
  params,
}: RunRecord): Pick<SourceOptions, 'delimiter' | 'quote' | 'encoding' | 'format'> {
  return {
    delimiter: params[DELIMITER],
    quote: params[QUOTE],
    encoding: params[ENCODING] as SourceOptions['encoding'],
    format: params[FORMAT] as SourceOptions['format'],
  };
}
