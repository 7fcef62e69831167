/** Writes answers, also to those whose request was not or could not be read. */

import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../lib/clock.js';
import type { Figures } from '../metrics/port.js';
import { refusal } from './reply.js';
import type { Reply } from './reply.js';

/** How long somebody whom we stopped listening to may take to read why, ms. */
const LINGER = 500;

/** An ordinary answer; nothing is written when one was given or nobody is left. */
export function answer(response: ServerResponse, reply: Reply): void {
  try {
    if (response.headersSent || response.destroyed) return;
    const body = JSON.stringify(reply.body);
    response.writeHead(reply.status, headersOf(reply, body));
    response.end(body);
  } finally {
    reply.afterwards?.();
  }
}

/** The figures, as Prometheus reads them. */
export function answerFigures(response: ServerResponse, { type, text }: Figures): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

/**
 * Answers without reading the rest of the request, and ends the connection: a body from who knows whom is not even
 * drained (T8). The connection stays half open a moment, since closing it with unread bytes would take the answer along.
 */
export function answerAndPart(request: IncomingMessage, response: ServerResponse, reply: Reply, clock: Clock): void {
  if (request.complete || hasNoBody(request)) return answer(response, reply);
  const { socket } = request;
  request.pause();
  // The parser reads from the socket itself, and a drain would set it going again: so the socket stops too.
  socket.pause();
  // Behind an earlier answer on this connection: then there is nowhere to write yet.
  if (response.headersSent || response.socket === null) {
    socket.destroy();
    return;
  }
  socket.end(asText(reply));
  const linger = clock.after(LINGER, () => socket.destroy());
  socket.once('close', () => linger.end());
}

/** To what was no request at all: too long a head, no HTTP, too slow. */
export function answerBroken(fault: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || fault.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = statuses.get(fault.code ?? '') ?? 400;
  socket.end(asText(refusal(status, 'M_UNKNOWN', STATUS_CODES[status] ?? 'Bad Request')), () => socket.destroy());
}

const statuses = new Map([
  ['HPE_HEADER_OVERFLOW', 431],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 413],
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
]);

function hasNoBody(request: IncomingMessage): boolean {
  return request.headers['transfer-encoding'] === undefined && Number(request.headers['content-length'] ?? 0) === 0;
}

function headersOf(reply: Reply, body: string): Record<string, string | number> {
  return { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...reply.headers };
}

function asText(reply: Reply): string {
  const body = JSON.stringify(reply.body);
  const headers = Object.entries({ ...headersOf(reply, body), connection: 'close' });
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? ''}\r\n${head}\r\n${body}`;
}
