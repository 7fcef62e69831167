/** Short answers to strangers: the same for all that was never given out, whatever is wrong with it (S26). */

import type { ServerResponse } from 'node:http';
import { SAFE_HEADERS } from './content-type.js';

/** An answer of a few words. */
export interface Short {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const nothingHere: Short = { status: 404, text: 'There is nothing here.\n' };
export const over: Short = { status: 410, text: 'This link has expired, or what it showed was deleted.\n' };
export const tooMany = (seconds: number): Short => ({
  status: 429,
  text: 'Too many requests. Come again in a minute.\n',
  headers: { 'retry-after': String(seconds) },
});
export const onlyReading: Short = { status: 405, text: 'Only GET and HEAD.\n', headers: { allow: 'GET, HEAD' } };
export const tooLarge: Short = { status: 413, text: 'This file is too large to be handed over here.\n' };
export const unreachable: Short = {
  status: 502,
  text: 'The Matrix server does not hand out this file just now. Try again later.\n',
  headers: { 'retry-after': '30' },
};

/** Writes it; nothing happens when an answer was begun or nobody is left. `part`: the connection ends with it. */
export function say(response: ServerResponse, { status, text, headers }: Short, part = false): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    ...SAFE_HEADERS,
    'content-type': 'text/plain; charset=utf-8',
    'content-security-policy': "sandbox; default-src 'none'",
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(text),
    ...headers,
    ...(part ? { connection: 'close' } : {}),
  });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}
