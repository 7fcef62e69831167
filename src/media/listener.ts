/** A listener of our own for strangers, where `mediaProxy.bindPort` is set (MEDIA-2). */

import { createServer, type Server } from 'node:http';
import { closeWith, openOn } from '../lib/listening.js';
import { BridgeError, faultText } from '../model/errors.js';
import { nothingHere, say } from './answer.js';
import type { Front } from './front.js';
import { householdOf, type Proxies } from './proxies.js';

/** Bounds; tests make them small. */
export interface ListenerLimits {
  readonly connections: number;
  /** Of one address that is no proxy of ours: one stranger must not take all. */
  readonly each: number;
  /** Time for a request to come in. */
  readonly requestMs: number;
}

const usual: ListenerLimits = { connections: 1000, each: 100, requestMs: 15_000 };

export class MediaListener {
  readonly #server: Server;

  constructor(front: Pick<Front, 'take'>, proxies: Pick<Proxies, 'has'>, { connections, each, requestMs }: ListenerLimits = usual) {
    this.#server = createServer(
      {
        requestTimeout: requestMs,
        headersTimeout: requestMs,
        connectionsCheckingInterval: Math.ceil(requestMs / 3),
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
    this.#server.maxConnections = connections;
    const open = new Map<string, number>();
    this.#server.on('connection', (socket) => {
      const peer = socket.remoteAddress ?? '';
      if (proxies.has(peer)) return;
      const who = householdOf(peer);
      const count = (open.get(who) ?? 0) + 1;
      if (count > each) return void socket.destroy();
      open.set(who, count);
      socket.once('close', () => {
        const left = (open.get(who) ?? 1) - 1;
        if (left > 0) open.set(who, left);
        else open.delete(who);
      });
    });
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
