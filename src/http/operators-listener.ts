/** A small HTTP listener on a port of its own, for operators and their programs: few connections, short requests. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { closeWith, openOn } from '../lib/listening.js';
import { BridgeError, faultText } from '../model/errors.js';

/** One program needs one; a few more may look on. */
const MOST_CONNECTIONS = 64;
const REQUEST_MS = 10_000;

export abstract class OperatorsListener {
  readonly #name: string;
  readonly #server: Server;

  /** @param name for the fault of a port that cannot be had */
  constructor(name: string) {
    this.#name = name;
    this.#server = createServer(
      { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, connectionsCheckingInterval: 1000, maxHeaderSize: 8192 },
      (request, response) => void this.serve(request, response),
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
      throw new BridgeError('PORT_FAULT', `${this.#name} cannot listen on ${host}, port ${port}: ${faultText(fault)}`, { cause: fault });
    }
  }

  /** Ends it and all its connections at once. */
  close(): Promise<void> {
    return closeWith(this.#server, () => this.#server.closeAllConnections());
  }

  /** Answers a request; must not reject. */
  protected abstract serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
}
