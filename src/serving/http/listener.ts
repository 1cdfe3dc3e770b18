import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Access } from '../access/access.js';
import type { Limits } from '../options.js';
import { refuseMalformed } from './malformed.js';

/** How often connections that take too long are looked for. */
const CHECK_MS = 1000;

/** The server of `node:http`, or of `node:https` where there is a certificate, with its limits of time. */
export function createListener(
  handle: RequestListener,
  access: Access,
  { limits }: { readonly limits: Limits },
): Server | TlsServer {
  const options = {
    keepAliveTimeout: limits.keepAliveMs,
    headersTimeout: limits.headersMs,
    // Bodies that are read whole have their own limit of time; streams may take as long as they like.
    requestTimeout: 0,
    connectionsCheckingInterval: CHECK_MS,
    // The application says it in its own words.
    requireHostHeader: false,
  };
  const http =
    access.tls === null ? createServer(options, handle) : tlsServer(options, access, limits, handle);
  http.on('clientError', refuseMalformed);
  // Whoever asks first may have its body refused before it is sent.
  http.on('checkContinue', handle);
  http.on('checkExpectation', handle);
  return http;
}

function tlsServer(options: object, access: Access, limits: Limits, handle: RequestListener): TlsServer {
  const { cert, key } = access.tls ?? {};
  const https = createTlsServer({ ...options, cert, key, handshakeTimeout: limits.headersMs }, handle);
  // Somebody speaks no TLS here: nothing could be said to him.
  https.on('tlsClientError', (_, socket) => socket.destroy());
  access.followTls((material) => https.setSecureContext({ cert: material.cert, key: material.key }));
  return https;
}
