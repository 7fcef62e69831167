/** GET /metrics on a port of its own: nothing of the homeserver's is in front of it, and it takes little of anybody's time. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { closeWith, openOn } from '../lib/listening.js';
import { BridgeError, faultText } from '../model/errors.js';
import type { Figures, ReadFigures } from '../metrics/port.js';

/** Prometheus needs one; a few more may look on. */
const MOST_CONNECTIONS = 64;
const REQUEST_MS = 10_000;

export class MetricsListener {
  readonly #read: ReadFigures;
  readonly #server: Server;
  /** A reading under way: whoever asks meanwhile gets the same. */
  #reading: Promise<Figures> | undefined;

  constructor(read: ReadFigures) {
    this.#read = read;
    this.#server = createServer(
      { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, connectionsCheckingInterval: 1000, maxHeaderSize: 8192 },
      (request, response) => void this.#serve(request, response),
    );
    this.#server.maxConnections = MOST_CONNECTIONS;
    this.#server.on('clientError', (_fault, socket) => socket.destroy());
  }

  /**
   * Opens it; gives the port, which differs only where 0 was asked for.
   * @throws BridgeError `PORT_FAULT`
   */
  async listen(port: number, host: string): Promise<{ readonly port: number }> {
    try {
      return { port: await openOn(this.#server, { port, host }) };
    } catch (fault) {
      throw new BridgeError('PORT_FAULT', `metrics cannot listen on ${host}, port ${port}: ${faultText(fault)}`, { cause: fault });
    }
  }

  /** Ends it and all its connections at once. */
  close(): Promise<void> {
    return closeWith(this.#server, () => this.#server.closeAllConnections());
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path] = (request.url ?? '').split('?', 1);
    if (path !== '/metrics') return answer(response, 404, 'The figures are at /metrics.\n');
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, 'GET\n', { allow: 'GET, HEAD' });
    try {
      this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
      const { type, text } = await this.#reading;
      answer(response, 200, text, { 'content-type': type });
    } catch (fault) {
      answer(response, 500, `${faultText(fault)}\n`);
    }
  }
}

function answer(response: ServerResponse, status: number, text: string, headers: Readonly<Record<string, string>> = {}): void {
  if (response.destroyed) return;
  const all = { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(text), ...headers };
  response.writeHead(status, all);
  response.end(text);
}
