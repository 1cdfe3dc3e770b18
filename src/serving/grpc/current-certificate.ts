import { ServerCredentials } from '@grpc/grpc-js';
import type { Access } from '../access/access.js';
import type { TlsMaterial } from '../access/tls.js';

/** Credentials whose certificate may change: connections that are made after that get the new one. */
export class CurrentCertificate extends ServerCredentials {
  private constructor({ cert, key }: TlsMaterial, handshakeTimeout: number) {
    super({ handshakeTimeout }, { cert, key });
  }

  /** Follows the certificate of the server, which has one. */
  static of(access: Access, handshakeMs: number): CurrentCertificate {
    const credentials = new CurrentCertificate(access.tls as TlsMaterial, handshakeMs);
    access.followTls(({ cert, key }) => credentials.updateSecureContextOptions({ cert, key }));
    return credentials;
  }

  override _equals(other: ServerCredentials): boolean {
    return other === this;
  }
}
