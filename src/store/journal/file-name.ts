import { randomBytes } from 'node:crypto';
import { ownIdentity, type ProcessIdentity } from '../process-identity.js';

/** The number before the ending is the version of the format: files of another are left alone. */
const ENDING = '.1.journal';
const PATTERN = /^((\d+)_(\d*)_([0-9a-f-]*)_[0-9a-f]{8})_(\d+)_(.*)\.1\.journal$/;
const NUMBER_DIGITS = 6;

/** Names the files of one writer: they sort in the order in which they are written. */
export interface FileNames {
  /** What the names of the writer's files begin with, and no other writer's. */
  readonly writer: string;
  /** The name of the writer's file of that number. */
  name(number: number): string;
}

/** What a file's name tells. */
export interface ParsedName {
  readonly writer: string;
  readonly number: number;
  readonly identity: ProcessIdentity;
}

/** Names for a new writer in this process. */
export function namesForWriter(): FileNames {
  const { pid, host, bootId, processStart } = ownIdentity();
  const writer = `${pid}_${processStart ?? ''}_${bootId ?? ''}_${randomBytes(4).toString('hex')}`;
  return {
    writer,
    name: (number) =>
      `${writer}_${String(number).padStart(NUMBER_DIGITS, '0')}_${encodeURIComponent(host)}${ENDING}`,
  };
}

/** Undefined for a name that is none of ours. */
export function parseName(name: string): ParsedName | undefined {
  const match = PATTERN.exec(name);
  if (match === null) return undefined;
  const [, writer, pid, processStart, bootId, number, host] = match as unknown as string[];
  return {
    writer: writer as string,
    number: Number(number),
    identity: {
      pid: Number(pid),
      host: decodeHost(host as string),
      bootId: bootId === '' ? null : (bootId as string),
      processStart: processStart === '' ? null : (processStart as string),
    },
  };
}

function decodeHost(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
