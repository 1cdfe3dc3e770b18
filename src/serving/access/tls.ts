import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { MlxError } from '../../errors.js';

/** Paths of PEM files. */
export interface TlsFiles {
  /** The certificate, followed by those between it and the root. */
  readonly cert: string;
  /** Its private key, without a passphrase. */
  readonly key: string;
}

/** What the files hold, checked. */
export interface TlsMaterial {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** When the certificate ends. */
  readonly validTo: Date;
}

/**
 * Reads certificate and key.
 * @throws MlxError CONFIG_INVALID when a file cannot be read, holds something else, or they do not belong together
 */
export async function readTls({ cert, key }: TlsFiles): Promise<TlsMaterial> {
  const [certBytes, keyBytes] = await Promise.all([readPem(cert, 'certificate'), readPem(key, 'key')]);
  const certificate = parsed(
    () => new X509Certificate(certBytes),
    `${cert} holds no certificate in PEM form`,
  );
  if (keyBytes.includes('ENCRYPTED')) {
    throw invalid(`The key in ${key} has a passphrase, which nobody could be asked for`);
  }
  const privateKey = parsed(() => createPrivateKey(keyBytes), `${key} holds no private key in PEM form`);
  if (!certificate.checkPrivateKey(privateKey)) {
    throw invalid(`The key in ${key} does not belong to the certificate in ${cert}`);
  }
  parsed(
    () => createSecureContext({ cert: certBytes, key: keyBytes }),
    `The certificate in ${cert} cannot be used`,
  );
  return { cert: certBytes, key: keyBytes, validTo: new Date(certificate.validTo) };
}

async function readPem(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw invalid(`The TLS ${what} ${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`, cause);
  }
}

function parsed<T>(parse: () => T, problem: string): T {
  try {
    return parse();
  } catch (cause) {
    throw invalid(`${problem} (${(cause as Error).message})`, cause);
  }
}

function invalid(message: string, cause?: unknown): MlxError {
  return new MlxError('CONFIG_INVALID', `${message}.`, {
    hint: '--tls-cert takes the certificate chain and --tls-key its private key, both as PEM files.',
    ...(cause === undefined ? {} : { cause }),
  });
}
