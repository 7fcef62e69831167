/** Pure: whether a server's certificate is good enough, looked at as a whole (CONN-3). */

import type { X509Certificate } from 'node:crypto';

export interface CertificateFacts {
  /** Node's verdict: its last verification error, which may hide others; `undefined` when it found none. */
  readonly code: string | undefined;
  /** What the server sent, its own certificate first. */
  readonly chain: readonly X509Certificate[];
  /** The certificates that the network's `ca` lists, or the system's where it lists none. */
  readonly trusted: readonly X509Certificate[];
  /** Whether `ca` was given: only then a listed certificate of the server itself stands for its name too. */
  readonly ownTrust: boolean;
  /** Whether the certificate names the host that was asked for. */
  readonly nameFits: boolean;
  /** Wall time in ms. */
  readonly now: number;
}

export interface CertificateRules {
  /** `sslselfsign`: an unknown issuer is taken. */
  readonly allowUnknownIssuer: boolean;
  /** `allowExpiredCerts`: an expired certificate is taken, if all else about it is sound. */
  readonly allowExpired: boolean;
}

const UNKNOWN_ISSUER = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
]);
const EXPIRED = 'CERT_HAS_EXPIRED';
const WRONG_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const MOST_LINKS = 10;

/**
 * Says what is wrong with a certificate, `undefined` when nothing is. Node tells only the last fault it met, so for
 * each one that a rule forgives the rest is verified here: issuer, signatures, purpose, dates and name.
 */
export function certificateFault(facts: CertificateFacts, rules: CertificateRules): string | undefined {
  const { code, chain, trusted } = facts;
  const leaf = chain[0];
  if (code === undefined) return undefined;
  if (!leaf) return 'the server has no certificate';
  // The operator listed this very certificate: whoever holds its key is meant, whatever name is in it.
  const pinned = facts.ownTrust && trusted.some((one) => one.fingerprint256 === leaf.fingerprint256);
  if (code === WRONG_NAME) return pinned ? undefined : 'the certificate is for another name';
  if (code !== EXPIRED && !UNKNOWN_ISSUER.has(code)) return code;
  const path = pathToTrust(chain, trusted);
  const checked = path ?? [leaf];
  if (checked.some((one) => facts.now < Date.parse(one.validFrom))) return 'the certificate is not valid yet';
  // Node's types deny it, but without the extension (any purpose) there is nothing.
  const purposes = leaf.keyUsage as readonly string[] | undefined;
  if (purposes && !purposes.includes(SERVER_AUTH)) return 'the certificate is not for servers';
  const expired = code === EXPIRED || checked.some((one) => facts.now > Date.parse(one.validTo));
  if (expired && !rules.allowExpired) return 'the certificate has expired';
  if (!path) return rules.allowUnknownIssuer ? undefined : 'the issuer of the certificate is not known';
  return pinned || facts.nameFits ? undefined : 'the certificate is for another name';
}

/** The certificates from the server's up to a trusted one, each signed by the next; `undefined` when there is no such path. */
function pathToTrust(
  chain: readonly X509Certificate[],
  trusted: readonly X509Certificate[],
): readonly X509Certificate[] | undefined {
  const path: X509Certificate[] = [];
  let current = chain[0];
  while (current && path.length < MOST_LINKS) {
    const link = current;
    path.push(link);
    if (trusted.some((one) => one.fingerprint256 === link.fingerprint256)) return path;
    const root = trusted.find((one) => signed(one, link));
    if (root) return [...path, root];
    current = chain.find((one) => !path.includes(one) && signed(one, link));
  }
  return undefined;
}

function signed(issuer: X509Certificate, subject: X509Certificate): boolean {
  return issuer.ca && subject.checkIssued(issuer) && subject.verify(issuer.publicKey);
}
