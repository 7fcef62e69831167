/** Which of our sockets, connected or just connecting, belongs to which ident, by addresses and ports of both ends. */

import type { Timer } from '../../lib/clock.js';

/** The ends of a connection as they are asked about. */
export interface FourTuple {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

/** What the table must see of a socket of Node's. */
export interface Followed {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  on(event: 'connectionAttempt', listener: (ip: string, port: number) => void): unknown;
  on(event: 'connect' | 'close', listener: () => void): unknown;
}

/** One socket's entry: where it goes, and its key once its own end is known. */
interface Claim {
  readonly ident: string;
  peer?: { readonly address: string; readonly port: number };
  key?: string;
}

/** An IPv4 address in IPv6 clothes is the IPv4 address (RFC 4291 §2.5.5.2); a zone says nothing of who somebody is. */
export function plainAddress(address: string): string {
  const bare = address.replace(/%.*$/, '').toLowerCase();
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/.test(bare) ? bare.slice('::ffff:'.length) : bare;
}

export class IdentTable {
  readonly #idents = new Map<string, string>();
  /** Sockets connected or connecting to each address, and those of them whose own port is not known yet. */
  readonly #peers = new Map<string, { sockets: number; unknown: number }>();
  readonly #waiting = new Set<{ readonly address: string; readonly job: () => void }>();

  /**
   * Knows a socket from its first SYN to its end (R24). The kernel gives a socket its port when it starts to connect,
   * so we know it before the server can have heard of us; where a platform does not, when it is connected.
   * @param socket not connecting yet, or in this tick
   */
  follow(socket: Followed, ident: string): void {
    const claim: Claim = { ident };
    let over = false;
    const learn = (): void => {
      if (!over) this.#learn(claim, socket);
    };
    socket.on('connectionAttempt', (ip, port) => {
      // An earlier attempt at another address of the same host has failed.
      this.#forget(claim);
      this.#dial(claim, ip, port);
      // Told just before the kernel is asked; nothing can be read from anybody before this runs.
      queueMicrotask(learn);
    });
    socket.on('connect', () => {
      if (!claim.peer && socket.remoteAddress !== undefined) this.#dial(claim, socket.remoteAddress, socket.remotePort ?? 0);
      learn();
    });
    socket.on('close', () => {
      over = true;
      this.#forget(claim);
    });
  }

  /** Whose connection that is; `undefined` when none of ours has exactly these ends. */
  identOf(ends: FourTuple): string | undefined {
    return this.#idents.get(keyOf(ends));
  }

  /** Whether any of our sockets is connected or connecting to the address. */
  knows(address: string): boolean {
    return this.#peers.has(plainAddress(address));
  }

  /** Whether a socket is connecting to the address whose own port is not known yet. */
  unsettled(address: string): boolean {
    return (this.#peers.get(plainAddress(address))?.unknown ?? 0) > 0;
  }

  /** Calls `job` each time that such a socket's port becomes known, or that it is given up, until ended. */
  onSettling(address: string, job: () => void): Timer {
    const waiting = { address: plainAddress(address), job };
    this.#waiting.add(waiting);
    return { end: () => void this.#waiting.delete(waiting) };
  }

  #dial(claim: Claim, ip: string, port: number): void {
    const address = plainAddress(ip);
    claim.peer = { address, port };
    const count = this.#peers.get(address) ?? { sockets: 0, unknown: 0 };
    count.sockets++;
    count.unknown++;
    this.#peers.set(address, count);
  }

  #learn(claim: Claim, socket: Followed): void {
    const { localAddress, localPort } = socket;
    if (!claim.peer || claim.key !== undefined || localAddress === undefined || localPort === undefined || localPort === 0) return;
    const { address, port } = claim.peer;
    claim.key = keyOf({ localAddress, localPort, remoteAddress: address, remotePort: port });
    this.#idents.set(claim.key, claim.ident);
    this.#settle(address);
  }

  #forget(claim: Claim): void {
    if (!claim.peer) return;
    const { address } = claim.peer;
    const count = this.#peers.get(address);
    if (count && --count.sockets === 0) this.#peers.delete(address);
    if (claim.key !== undefined) this.#idents.delete(claim.key);
    else this.#settle(address);
    delete claim.peer;
    delete claim.key;
  }

  #settle(address: string): void {
    const count = this.#peers.get(address);
    if (count) count.unknown--;
    for (const waiting of [...this.#waiting]) if (waiting.address === address) waiting.job();
  }
}

function keyOf({ localAddress, localPort, remoteAddress, remotePort }: FourTuple): string {
  return `${plainAddress(localAddress)} ${localPort} ${plainAddress(remoteAddress)} ${remotePort}`;
}
