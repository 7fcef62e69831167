/** Reads the body of a request that has proved who it is: bounded, and inflated within the same bound (T7, T8). */

import type { IncomingMessage } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';

/** A body, or the status that says why there is none: 400 garbled, 413 too large, 415 unknown coding. */
export type Body = { readonly bytes: Buffer } | { readonly status: 400 | 413 | 415 };

/**
 * Reads until the end.
 * @param most bytes after inflating, and before
 * @throws Error when the connection ends first; nobody is left to answer then
 */
export async function readBody(request: IncomingMessage, most: number): Promise<Body> {
  if (Number(request.headers['content-length'] ?? 0) > most) return { status: 413 };
  const coding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (coding === 'identity' || coding === '') return collect(request, most);
  if (coding === 'gzip' || coding === 'x-gzip') return inflate(request, createGunzip(), most);
  return coding === 'deflate' ? inflate(request, createInflate(), most) : { status: 415 };
}

async function inflate(request: IncomingMessage, inflater: Transform, most: number): Promise<Body> {
  // `close` also comes after a good end.
  const gone = (): void => {
    if (!request.readableEnded) inflater.destroy(new Error('connection ended before the body did'));
  };
  request.once('error', gone).once('close', gone);
  request.pipe(inflater);
  try {
    return await collect(inflater, most);
  } catch (fault) {
    // zlib's faults have its own codes; what else ends the stream is the connection.
    if (fault instanceof Error && 'code' in fault && String(fault.code).startsWith('Z_')) return { status: 400 };
    throw fault;
  } finally {
    request.off('error', gone).off('close', gone).unpipe(inflater);
    inflater.destroy();
  }
}

/** By events, not by iterating: leaving a loop early would destroy the request before it is answered. */
function collect(source: Readable, most: number): Promise<Body> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (settle: () => void): void => {
      source.off('data', take).off('end', end).off('error', reject).off('close', closed);
      settle();
    };
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= most) {
        chunks.push(chunk);
        return;
      }
      source.pause();
      finish(() => resolve({ status: 413 }));
    };
    const end = (): void => finish(() => resolve({ bytes: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size) }));
    const closed = (): void => finish(() => reject(new Error('connection ended before the body did')));
    source.on('data', take).on('end', end).on('error', reject).on('close', closed);
  });
}
