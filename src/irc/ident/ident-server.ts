/** The RFC 1413 listener: tells a network which person a connection of ours belongs to, and nobody else anything. */

import { createServer, type Server, type Socket } from 'node:net';
import type { Clock, Timer } from '../../lib/clock.js';
import { closeWith, openOn, portOf } from '../../lib/listening.js';
import type { Log } from '../../lib/log.js';
import { BridgeError } from '../../model/errors.js';
import { identAnswer, readIdentQuery, type IdentQuery } from './ident-answer.js';
import type { IdentTable } from './ident-table.js';

/** What an asker may cost us (RELIABILITY S25). */
const MOST_BYTES = 512;
const ASK_MS = 10_000;
const MOST_STRANGERS = 100;
const MOST_ASKERS = 4096;
/** How long an answer waits for connects to the asker whose ports are not known yet (R24). */
const HOLD_MS = 2000;
/** All addresses of both families (IDENT-2). */
const EVERYWHERE = new Set(['0.0.0.0', '::']);

export interface IdentServerNeeds {
  readonly table: IdentTable;
  readonly clock: Clock;
  readonly log: Log;
  readonly port: number;
  readonly address: string;
}

export class IdentServer {
  readonly #needs: IdentServerNeeds;
  readonly #server: Server;
  readonly #askers = new Set<Socket>();
  #strangers = 0;

  constructor(needs: IdentServerNeeds) {
    this.#needs = needs;
    // Half open, so that whoever sends a query and a FIN still hears the answer.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
    this.#server.maxConnections = MOST_ASKERS;
  }

  /**
   * Opens it.
   * @throws BridgeError `PORT_FAULT` that says why the port cannot be had, and what to do about it
   */
  async listen(): Promise<{ readonly port: number }> {
    const { address, port, log } = this.#needs;
    try {
      if (EVERYWHERE.has(address)) await this.#everywhere(port);
      else await this.#listen({ host: address, port });
    } catch (fault) {
      throw new BridgeError('PORT_FAULT', `ident cannot listen on ${address}, port ${port}: ${whyNot(fault, port)}`, { cause: fault });
    }
    this.#server.on('error', (fault) => log.warn('ident asker not taken', { fault }));
    return { port: portOf(this.#server) };
  }

  /** Ends the listener and whoever is still asking. */
  async close(): Promise<void> {
    await closeWith(this.#server, () => {
      for (const socket of this.#askers) socket.destroy();
    });
  }

  async #everywhere(port: number): Promise<void> {
    try {
      await this.#listen({ host: '::', port });
    } catch (fault) {
      // A machine without IPv6.
      if (codeOf(fault) !== 'EAFNOSUPPORT' && codeOf(fault) !== 'EADDRNOTAVAIL') throw fault;
      await this.#listen({ host: '0.0.0.0', port });
    }
  }

  async #listen(where: { readonly host: string; readonly port: number }): Promise<void> {
    await openOn(this.#server, { ...where, backlog: MOST_ASKERS });
  }

  #accept(socket: Socket): void {
    const { table, clock, log } = this.#needs;
    const asker = socket.remoteAddress;
    const stranger = asker === undefined || !table.knows(asker);
    if (asker === undefined || (stranger && this.#strangers >= MOST_STRANGERS)) {
      socket.destroy();
      return;
    }
    this.#askers.add(socket);
    if (stranger) this.#strangers++;
    const late = clock.after(ASK_MS, () => socket.destroy());
    const held: Timer[] = [];
    let asked = '';
    let done = false;
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      if (done) return;
      asked += chunk.slice(0, MOST_BYTES + 1);
      const end = asked.indexOf('\n');
      if (end >= MOST_BYTES || (end < 0 && asked.length >= MOST_BYTES)) {
        done = true;
        socket.destroy();
      } else if (end >= 0) {
        // One question each: more would only be of use to somebody who tries all ports.
        done = true;
        this.#whenKnown(socket, asker, readIdentQuery(asked.slice(0, end).replace(/\r$/, '')), held);
      }
    });
    socket.on('end', () => {
      if (!done) socket.end();
    });
    socket.on('error', (fault) => log.debug('ident asker broke off', { fault }));
    socket.on('close', () => {
      this.#askers.delete(socket);
      if (stranger) this.#strangers--;
      for (const timer of [late, ...held]) timer.end();
    });
  }

  /** Answers, at once unless the question may be about a connection of which we do not know our own port yet. */
  #whenKnown(socket: Socket, asker: string, query: IdentQuery, held: Timer[]): void {
    const { table, clock, log } = this.#needs;
    const answer = (ident: string | undefined): void => {
      for (const timer of held) timer.end();
      log.debug('ident asked', { asker, query, found: ident !== undefined });
      socket.end(identAnswer(query, ident));
    };
    const look = (): boolean => {
      const ident = this.#identOf(socket, asker, query);
      const settled = ident !== undefined || query.kind === 'invalid' || !table.unsettled(asker);
      if (settled) answer(ident);
      return settled;
    };
    if (!look()) held.push(clock.after(HOLD_MS, () => answer(undefined)), table.onSettling(asker, look));
  }

  /** Only who is the other end of exactly that connection learns of it. */
  #identOf(socket: Socket, asker: string, query: IdentQuery): string | undefined {
    if (query.kind === 'invalid' || socket.localAddress === undefined) return undefined;
    const { local, remote } = query;
    return this.#needs.table.identOf({
      localAddress: socket.localAddress,
      localPort: local,
      remoteAddress: asker,
      remotePort: remote,
    });
  }
}

function codeOf(fault: unknown): string {
  return fault instanceof Error && 'code' in fault ? String(fault.code) : '';
}

function whyNot(fault: unknown, port: number): string {
  switch (codeOf(fault)) {
    case 'EACCES':
      return `permission denied; ports below 1024 need CAP_NET_BIND_SERVICE, or another ident.port with a redirection from 113${port === 113 ? '' : ' to it'}`;
    case 'EADDRINUSE':
      return 'something else listens there already, perhaps an identd of the system';
    case 'EADDRNOTAVAIL':
      return 'this machine does not have that address';
    default:
      return fault instanceof Error ? fault.message : String(fault);
  }
}
