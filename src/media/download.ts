/** Hands a file through from our homeserver to a stranger: streamed, bounded, and ended when he goes away (MEDIA-4, 5, 8). */

import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Homeserver } from '../homeserver/port.js';
import type { Clock } from '../lib/clock.js';
import { type Log, requestOf } from '../lib/log.js';
import { faultText, isFault } from '../model/errors.js';
import type { MxcUri } from '../model/ids.js';
import { nothingHere, say, tooLarge, unreachable } from './answer.js';
import { fileHeaders, handed } from './content-type.js';
import { partOf } from './range.js';

export interface DownloadNeeds {
  readonly homeserver: Pick<Homeserver, 'download'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Greatest file in bytes. */
  readonly mostBytes: number;
}

/** Whoever takes less than so much in so long holds a place that others want. */
const PACE_MS = 20_000;
const PACE_BYTES = 16_384;

/**
 * Answers one request for a file; resolves with the bytes handed over when all is over. Never throws.
 * @param cost grows by what is read from the homeserver, which has no parts: all that stands before one is read, too
 */
export async function download(
  needs: DownloadNeeds,
  { mxc, name }: { readonly mxc: MxcUri; readonly name: string },
  request: IncomingMessage,
  response: ServerResponse,
  cost: { read: number },
): Promise<number> {
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  response.once('close', leave);
  try {
    return await answer(needs, { mxc, name }, request, response, cost, gone.signal);
  } catch (fault) {
    if (gone.signal.aborted || response.destroyed) return 0;
    const lost = isFault(fault, 'HOMESERVER_NOT_FOUND');
    if (!lost) needs.log.warn('file not fetched', { request: requestOf(request), why: faultText(fault) });
    say(response, lost ? nothingHere : isFault(fault, 'HOMESERVER_TOO_LARGE') ? tooLarge : unreachable);
    return 0;
  } finally {
    response.off('close', leave);
  }
}

async function answer(
  { homeserver, clock, log, mostBytes }: DownloadNeeds,
  { mxc, name }: { readonly mxc: MxcUri; readonly name: string },
  request: IncomingMessage,
  response: ServerResponse,
  cost: { read: number },
  signal: AbortSignal,
): Promise<number> {
  const tag = tagOf(mxc);
  const known = request.headers['if-none-match'];
  if (known !== undefined && (known.trim() === '*' || known.includes(tag))) {
    const { etag, 'cache-control': cache } = fileHeaders(handed(undefined), name, tag);
    response.writeHead(304, { etag, 'cache-control': cache }).end();
    return 0;
  }
  const { type, length, body } = await homeserver.download(mxc, signal);
  // What becomes of it is told by those who read it; without a listener its end would be the end of the process.
  body.on('error', () => undefined);
  if (length !== undefined && length > mostBytes) {
    body.destroy();
    say(response, tooLarge);
    return 0;
  }
  const headers: Record<string, string | number> = fileHeaders(handed(type), name, tag);
  if (length !== undefined) headers['accept-ranges'] = 'bytes';
  const part = wanted(request, length, tag);
  if (part === 'none') {
    body.destroy();
    response.writeHead(416, { ...headers, 'content-range': `bytes */${length ?? '*'}`, 'content-length': 0 }).end();
    return 0;
  }
  if (part !== 'all') headers['content-range'] = `bytes ${part.begin}-${part.end}/${length ?? '*'}`;
  const bytes = part === 'all' ? length : part.end - part.begin + 1;
  if (bytes !== undefined) headers['content-length'] = bytes;
  response.writeHead(part === 'all' ? 200 : 206, headers);
  if (request.method === 'HEAD') {
    body.destroy();
    response.end();
    return 0;
  }
  const passed = { bytes: 0, before: 0 };
  const pace = clock.every(PACE_MS, () => {
    // By what was read for him, since what stands before a part takes time, too.
    const slow = cost.read - passed.before < PACE_BYTES;
    passed.before = cost.read;
    if (!slow) return;
    log.debug('slow reader left', { request: requestOf(request), bytes: passed.bytes });
    response.destroy();
  });
  try {
    const range = part === 'all' ? { begin: 0, end: (length ?? Infinity) - 1 } : part;
    await pipeline(pick(body, range, mostBytes, passed, cost), response);
  } catch (fault) {
    // The head is sent: there is nobody left to be told anything but by the end of the connection.
    log.debug('download broke off', { request: requestOf(request), bytes: passed.bytes, why: faultText(fault) });
    body.destroy();
    response.destroy();
  } finally {
    pace.end();
  }
  return passed.bytes;
}

/** A part is meant of the file as it was known (`If-Range`); of one without a length there are no parts. */
function wanted(request: IncomingMessage, length: number | undefined, tag: string): ReturnType<typeof partOf> {
  const condition = request.headers['if-range'];
  if (length === undefined || request.method !== 'GET' || (condition !== undefined && condition !== tag)) return 'all';
  return partOf(request.headers.range, length);
}

/** The bytes of the range, one chunk in memory at a time; leaving it early destroys the source. */
async function* pick(
  source: Readable,
  { begin, end }: { readonly begin: number; readonly end: number },
  mostBytes: number,
  passed: { bytes: number },
  cost: { read: number },
): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    const piece = chunk.subarray(Math.max(0, begin - at), Math.max(0, end + 1 - at));
    at += chunk.length;
    cost.read += chunk.length;
    if (at > mostBytes) throw new RangeError('the file is larger than it said');
    if (piece.length > 0) {
      yield piece;
      passed.bytes += piece.length;
    }
    if (at > end) return;
  }
  // Else whoever reads would wait for the rest.
  if (end < Infinity && at <= end) throw new RangeError('the file is smaller than it said');
}

/** What an MXC names never changes. */
function tagOf(mxc: MxcUri): string {
  return `"${createHash('sha256').update(mxc).digest('base64url').slice(0, 22)}"`;
}
