/** A listener of our own for strangers, where `mediaProxy.bindPort` is set (MEDIA-2). */

import { createServer, type Server } from 'node:http';
import { closeWith, openOn } from '../lib/listening.js';
import { BridgeError, faultText } from '../model/errors.js';
import { nothingHere, say } from './answer.js';
import type { Front } from './front.js';

const MOST_CONNECTIONS = 1000;
const REQUEST_MS = 15_000;

export class MediaListener {
  readonly #server: Server;

  constructor(front: Pick<Front, 'take'>) {
    this.#server = createServer(
      {
        requestTimeout: REQUEST_MS,
        headersTimeout: REQUEST_MS,
        connectionsCheckingInterval: 5000,
        keepAliveTimeout: 15_000,
        maxHeaderSize: 16_384,
      },
      (request, response) => {
        // Whoever goes away takes his errors with him.
        for (const side of [request, response]) side.on('error', () => response.destroy());
        const [path = ''] = (request.url ?? '').split('?', 1);
        if (!front.take(request, response, path)) say(response, nothingHere, true);
      },
    );
    this.#server.maxConnections = MOST_CONNECTIONS;
    this.#server.on('clientError', (_fault, socket) => socket.destroy());
  }

  /**
   * Opens it; gives the port, which differs only where 0 was asked for.
   * @throws BridgeError `PORT_FAULT`
   */
  async listen(port: number, host?: string): Promise<{ readonly port: number }> {
    try {
      return { port: await openOn(this.#server, { port, ...(host === undefined ? {} : { host }) }) };
    } catch (fault) {
      throw new BridgeError('PORT_FAULT', `mediaProxy cannot listen on port ${port}: ${faultText(fault)}`, { cause: fault });
    }
  }

  /** Ends it and all its connections at once. */
  close(): Promise<void> {
    return closeWith(this.#server, () => this.#server.closeAllConnections());
  }
}
