/** Pure: what stands in the address of a file, signed so that nobody else can make one (MEDIA-2, 3; S26). */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { parseMxcUri, type EventId, type MxcUri, type UserId } from '../model/ids.js';

/** What an address says. */
export interface Grant {
  readonly mxc: MxcUri;
  /** The last part of the address; part of what is signed. */
  readonly name: string;
  /** When it ends, ms since the epoch; absent: never. */
  readonly until?: number;
  /** Digests of the events with which it ends. */
  readonly events: readonly string[];
}

/** The id of an event or a person, shortened so that a token has room for it: 64 bits as 11 letters of base64url. */
export function digestOf(id: EventId | UserId): string {
  return createHash('sha256').update(id).digest().subarray(0, EVENT).toString('base64url');
}

/** Version 2, ours: version, seconds (0: never), number of events, their digests, signature, `server/id`. */
const VERSION = 2;
const SECONDS = 5;
const EVENT = 8;
const MOST_EVENTS = 2;
const SIGNATURE = 16;
/** The predecessor's version 1: version, signature, ms as a double (-1: never), `server/id`. */
const OLD = { version: 1, signature: 64, time: 8 } as const;
/** No token of ours is longer; an MXC of 255 + 255 letters. */
const MOST_LETTERS = 900;

/** Makes the token; `until` is rounded up to seconds. */
export function writeToken(key: Buffer, { mxc, name, until, events }: Grant): string {
  const kept = events.slice(0, MOST_EVENTS);
  const head = Buffer.alloc(1 + SECONDS + 1);
  head.writeUInt8(VERSION, 0);
  head.writeUIntBE(until === undefined ? 0 : Math.min(Math.ceil(until / 1000), 2 ** (8 * SECONDS) - 1), 1, SECONDS);
  head.writeUInt8(kept.length, 1 + SECONDS);
  const said = Buffer.concat([head, ...kept.map((digest) => Buffer.from(digest, 'base64url'))]);
  const file = Buffer.from(mxc.slice('mxc://'.length));
  return Buffer.concat([said, sign(key, said, file, name), file]).toString('base64url');
}

/**
 * Reads a token that this key has signed, ours or the predecessor's; `undefined` for any other.
 * @param name as it stands behind the token in the address, decoded; '' when there is none
 */
export function readToken(key: Buffer, token: string, name: string): Grant | undefined {
  if (token.length > MOST_LETTERS || !/^[\w-]+$/u.test(token)) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  // The last letter has bits that mean nothing: altered is altered.
  if (bytes.toString('base64url') !== token) return undefined;
  return bytes[0] === VERSION ? readOurs(key, bytes, name) : bytes[0] === OLD.version ? readOld(key, bytes, name) : undefined;
}

function readOurs(key: Buffer, bytes: Buffer, name: string): Grant | undefined {
  const events = bytes[1 + SECONDS] ?? 0;
  const end = 1 + SECONDS + 1 + events * EVENT;
  if (events > MOST_EVENTS || bytes.length <= end + SIGNATURE) return undefined;
  const said = bytes.subarray(0, end);
  const file = bytes.subarray(end + SIGNATURE);
  if (!timingSafeEqual(sign(key, said, file, name), bytes.subarray(end, end + SIGNATURE))) return undefined;
  const mxc = parseMxcUri(`mxc://${file.toString('utf8')}`);
  const seconds = bytes.readUIntBE(1, SECONDS);
  const digests = Array.from({ length: events }, (_, at) => {
    const begin = 1 + SECONDS + 1 + at * EVENT;
    return bytes.toString('base64url', begin, begin + EVENT);
  });
  return mxc && { mxc, name, events: digests, ...(seconds === 0 ? {} : { until: seconds * 1000 }) };
}

/** Addresses that the predecessor gave out under the same key go on working until they end. */
function readOld(key: Buffer, bytes: Buffer, name: string): Grant | undefined {
  const { signature, time } = OLD;
  if (name !== '' || bytes.length <= 1 + signature + time) return undefined;
  const said = bytes.subarray(1 + signature);
  const expected = createHmac('sha512', key).update(said).digest();
  if (!timingSafeEqual(expected, bytes.subarray(1, 1 + signature))) return undefined;
  const until = said.readDoubleBE(0);
  const mxc = parseMxcUri(`mxc://${said.toString('utf8', time)}`);
  if (!mxc || Number.isNaN(until)) return undefined;
  return { mxc, name: 'file', events: [], ...(until < 0 ? {} : { until }) };
}

/** The first words keep it apart from all else that the key may sign; the lengths keep the parts apart. */
function sign(key: Buffer, said: Buffer, file: Buffer, name: string): Buffer {
  const lengths = Buffer.alloc(4);
  lengths.writeUInt16BE(said.length, 0);
  lengths.writeUInt16BE(file.length, 2);
  const mac = createHmac('sha512', key).update('causeway file 2\0').update(lengths).update(said).update(file).update(name);
  return mac.digest().subarray(0, SIGNATURE);
}
