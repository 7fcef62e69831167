/** The key that signs addresses: a JWK in a file, as the predecessor's `signingkey.jwk` is (MEDIA-2). */

import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { BridgeError, faultText } from '../model/errors.js';

/** Bytes of a key that we make: the block of SHA-512, as Web Crypto makes it. */
const KEY_BYTES = 128;
/** A shorter one could be guessed. */
const LEAST_BYTES = 16;

/** A key, and what its operator should know of it. */
export interface SigningKey {
  readonly bytes: Buffer;
  /** True when it was made just now. */
  readonly made: boolean;
  readonly warning?: string;
}

/**
 * Reads the key, or makes one (mode 0600) where there is no file.
 * @throws BridgeError `CONFIG_FAULT` when the file cannot be read or written, or holds no symmetric JWK
 */
export function signingKey(path: string): SigningKey {
  const text = read(path);
  if (text === undefined) return { bytes: make(path), made: true };
  const bytes = keyOf(text);
  if (!bytes) {
    throw fault(path, 'holds no HMAC key; it must be a JWK with "kty": "oct" and a "k" of at least 16 bytes');
  }
  const open = (statSync(path).mode & 0o077) !== 0;
  const warning = `${path} can be read by others on this machine; chmod 600 it`;
  return { bytes, made: false, ...(open ? { warning } : {}) };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw fault(path, `cannot be read: ${faultText(cause)}`, cause);
  }
}

/** RFC 7517 §4, RFC 7518 §6.4: a symmetric key. Only HMAC with SHA-512 is ours. */
function keyOf(text: string): Buffer | undefined {
  let jwk: unknown;
  try {
    jwk = JSON.parse(text);
  } catch {
    // The caller says what it should have been, and never what it is.
    return undefined;
  }
  if (typeof jwk !== 'object' || jwk === null) return undefined;
  const { kty, k, alg = 'HS512' } = jwk as Readonly<Record<string, unknown>>;
  if (kty !== 'oct' || alg !== 'HS512' || typeof k !== 'string' || !/^[\w-]+$/u.test(k)) return undefined;
  const bytes = Buffer.from(k, 'base64url');
  return bytes.length < LEAST_BYTES ? undefined : bytes;
}

function make(path: string): Buffer {
  const bytes = randomBytes(KEY_BYTES);
  const jwk = { key_ops: ['sign', 'verify'], ext: true, kty: 'oct', k: bytes.toString('base64url'), alg: 'HS512' };
  const fresh = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    writeFileSync(fresh, `${JSON.stringify(jwk)}\n`, { mode: 0o600, flag: 'wx' });
    chmodSync(fresh, 0o600);
    // Unlike a rename this cannot put itself in the place of a key that another process has just made.
    linkSync(fresh, path);
  } catch (cause) {
    throw fault(path, `cannot be made: ${faultText(cause)}`, cause);
  } finally {
    rmSync(fresh, { force: true });
  }
  return bytes;
}

function fault(path: string, what: string, cause?: unknown): BridgeError {
  return new BridgeError('CONFIG_FAULT', `ircService.mediaProxy.signingKeyPath: ${path} ${what}`, { cause });
}
