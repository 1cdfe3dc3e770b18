import { randomBytes } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { liveness, ownIdentity, type ProcessIdentity } from '../process-identity.js';

/** The number before the ending is the version of the format: files of another are left alone. */
const ENDING = '.1.journal';
const PATTERN = /^((\d+)_(\d*)_([0-9a-f-]*)_(\d*)_[0-9a-f]{8})_(\d+)_(.*)\.1\.journal$/;
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
  /** Where the process has its number from; empty where the system does not tell. */
  readonly pidNamespace: string;
}

/** Names for a new writer in this process. */
export function namesForWriter(): FileNames {
  const { pid, host, bootId, processStart } = ownIdentity();
  const nonce = randomBytes(4).toString('hex');
  const writer = `${pid}_${processStart ?? ''}_${bootId ?? ''}_${ownPidNamespace()}_${nonce}`;
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
  const [, writer, pid, processStart, bootId, pidNamespace, number, host] = match as unknown as string[];
  return {
    writer: writer as string,
    number: Number(number),
    pidNamespace: pidNamespace as string,
    identity: {
      pid: Number(pid),
      host: decodeHost(host as string),
      bootId: bootId === '' ? null : (bootId as string),
      processStart: processStart === '' ? null : (processStart as string),
    },
  };
}

/**
 * Whether the file's writer still runs: `unknown` for another host, and for another container on this host, whose processes
 * cannot be seen from here.
 */
export function writerLiveness({ identity, pidNamespace }: ParsedName): ReturnType<typeof liveness> {
  return pidNamespace === ownPidNamespace() ? liveness(identity) : 'unknown';
}

let namespace: string | undefined;

/** The number in `pid:[4026531836]`, what /proc/self/ns/pid links to (namespaces(7)). */
function ownPidNamespace(): string {
  namespace ??= readNamespace();
  return namespace;
}

function readNamespace(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '';
  } catch {
    return '';
  }
}

function decodeHost(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
