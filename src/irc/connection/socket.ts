/** Dials one server over TCP or TLS and judges its certificate before a byte is written. */

import { X509Certificate } from 'node:crypto';
import { connect as connectTcp, isIP, type Socket, type TcpNetConnectOpts } from 'node:net';
import {
  checkServerIdentity,
  connect as connectTls,
  rootCertificates,
  TLSSocket,
  type ConnectionOptions,
  type DetailedPeerCertificate,
} from 'node:tls';
import { BridgeError } from '../../model/errors.js';
import { certificateFault } from './certificate.js';

/** TLS options as `tlsOptions` has them; `rejectUnauthorized` is ours and what it says is not heard. */
export interface TlsWish {
  readonly options?: Omit<ConnectionOptions, 'host' | 'port' | 'socket' | 'rejectUnauthorized' | 'checkServerIdentity'>;
  /** `sslselfsign`. */
  readonly allowUnknownIssuer?: boolean;
  /** `allowExpiredCerts`. */
  readonly allowExpired?: boolean;
  /** TLS is the server's own wish (`sts`): one that then shows a bad certificate does not even get the end of the handshake. */
  readonly abrupt?: boolean;
}

export interface Address {
  readonly host: string;
  readonly port: number;
  readonly tls: false | TlsWish;
  /** The address to dial from (IPV6 of a person, CONN-8). */
  readonly localAddress?: string;
  /** 4 or 6 only; by default whichever answers first. */
  readonly family?: 4 | 6;
}

/**
 * Where plain sockets are read into, all of them: on Unix a read is done when it is told of, so none needs room of its
 * own, and the way around Node's stream machinery halves what a line to a client that nobody listens to costs.
 */
const ROOM = process.platform === 'win32' ? undefined : Buffer.allocUnsafeSlow(65_536);

/** Milliseconds without traffic after which the kernel asks whether the peer is there. */
const KEEP_ALIVE = 60_000;

/**
 * Milliseconds for one of a name's IP addresses before the next one is tried. Node's own 250 are less than a packet takes
 * around the world; with three addresses of which two are dead it is still well within ten seconds (R25).
 */
const ATTEMPT_MS = 2_500;

/**
 * Starts to dial; the socket's `connect` or `secureConnect` tells when it is there. Both IP families are tried
 * (RFC 8305) unless the local address or `family` decides. Nagle is off, keep-alive on.
 * @param bytes gets all that is read, good only during the call; there is no `data` event to listen to. What it gives
 * says whether to read on; a plain socket then stops until its `resume`, one with TLS reads on in any case.
 */
export function dial(address: Address, bytes: (chunk: Buffer) => boolean = () => true): Socket {
  const local = address.localAddress === undefined ? 0 : isIP(address.localAddress);
  const family = address.family ?? (local === 0 ? undefined : local);
  const tcp: TcpNetConnectOpts = {
    host: address.host,
    port: address.port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE,
    autoSelectFamily: family === undefined,
    autoSelectFamilyAttemptTimeout: ATTEMPT_MS,
    ...(address.localAddress === undefined ? {} : { localAddress: address.localAddress }),
    ...(family === undefined ? {} : { family }),
  };
  if (address.tls === false && ROOM !== undefined) {
    const callback = (length: number): boolean => bytes(ROOM.subarray(0, length));
    return connectTcp({ ...tcp, onread: { buffer: ROOM, callback } });
  }
  if (address.tls === false) return connectTcp(tcp).on('data', bytes);
  const socket = connectTls({
    minVersion: 'TLSv1.2',
    ...(isIP(address.host) === 0 ? { servername: address.host } : {}),
    ...address.tls.options,
    ...tcp,
    // The handshake is completed whatever the certificate; it is judged after, so that a bad one ends in a clean FIN.
    rejectUnauthorized: false,
  });
  return socket.on('data', bytes);
}

/** What is wrong with the peer of a finished handshake; `undefined` when it is who it should be, or without TLS. */
export function peerFault(socket: Socket, address: Address, now: number): BridgeError | undefined {
  if (address.tls === false || !(socket instanceof TLSSocket)) return undefined;
  const options = address.tls.options ?? {};
  // Not getPeerX509Certificate: in Node 20 it takes the certificate away from whoever asks next.
  const leaf = socket.getPeerCertificate(true);
  const chain = chainOf(leaf);
  const fault = certificateFault(
    {
      code: socket.authorized ? undefined : codeOf(socket.authorizationError),
      chain,
      trusted: trustedBy(options.ca),
      ownTrust: options.ca !== undefined,
      nameFits: chain.length > 0 && checkServerIdentity(options.servername ?? address.host, leaf) === undefined,
      now,
    },
    { allowUnknownIssuer: address.tls.allowUnknownIssuer === true, allowExpired: address.tls.allowExpired === true },
  );
  if (fault === undefined) return undefined;
  const hint = chain[0] ? ` (SHA-256 ${chain[0].fingerprint256})` : '';
  return new BridgeError('IRC_FAULT', `TLS to ${address.host}:${address.port}: ${fault}${hint}`);
}

function codeOf(error: unknown): string {
  // Node's types say Error; what stands there is the code as a string.
  return typeof error === 'string' ? error : error instanceof Error ? error.message : 'unknown';
}

/** The peer's chain as far as it is known, each certificate once. */
function chainOf(leaf: DetailedPeerCertificate): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  // A server without a certificate, and the end of a chain, are what the types do not tell.
  let link = leaf as Partial<DetailedPeerCertificate> | undefined;
  while (link?.raw && chain.length < 10) {
    const fresh = new X509Certificate(link.raw);
    if (chain.some((one) => one.fingerprint256 === fresh.fingerprint256)) break;
    chain.push(fresh);
    link = link.issuerCertificate;
  }
  return chain;
}

function trustedBy(ca: ConnectionOptions['ca']): readonly X509Certificate[] {
  const given = ca === undefined ? rootCertificates : Array.isArray(ca) ? ca : [ca];
  return given.flatMap((one) => pemsIn(one.toString()).map((pem) => new X509Certificate(pem)));
}

function pemsIn(text: string): readonly string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}
