/** Who asks, and how much of it we bear: so many requests in a minute, so many downloads at a time (MEDIA-8). */

import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { Allowance } from '../lib/allowance.js';
import type { Clock } from '../lib/clock.js';

/** Bounds; tests make them small. */
export interface VisitorLimits {
  /** Requests in a minute from one address. */
  readonly perMinute: number;
  /** Downloads at a time for one address, and for all. */
  readonly eachAtOnce: number;
  readonly allAtOnce: number;
}

export const usualVisitors: VisitorLimits = { perMinute: 240, eachAtOnce: 16, allAtOnce: 64 };

/** Seconds after which it makes sense to come again. */
export const COME_AGAIN = 60;
const MINUTE_MS = 60_000;

/** Addresses at which a reverse proxy may be: only from there is a forwarding header believed. */
const near = new BlockList();
for (const [net, bits] of [['127.0.0.0', 8], ['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16]] as const) near.addSubnet(net, bits);
for (const [net, bits] of [['::1', 128], ['fc00::', 7], ['fe80::', 10]] as const) near.addSubnet(net, bits, 'ipv6');

export class Visitors {
  readonly #limits: VisitorLimits;
  readonly #requests: Allowance;
  readonly #downloads = new Map<string, number>();
  #all = 0;

  constructor(clock: Clock, limits: VisitorLimits = usualVisitors) {
    this.#limits = limits;
    this.#requests = new Allowance(clock, limits.perMinute, MINUTE_MS);
  }

  /** Whether this visitor may ask now. */
  mayAsk(visitor: string): boolean {
    return this.#requests.take(visitor);
  }

  /** Begins a download and gives what ends it; `undefined` when there are too many. */
  begin(visitor: string): (() => void) | undefined {
    const own = this.#downloads.get(visitor) ?? 0;
    if (own >= this.#limits.eachAtOnce || this.#all >= this.#limits.allAtOnce) return undefined;
    this.#downloads.set(visitor, own + 1);
    this.#all++;
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.#all--;
      const left = (this.#downloads.get(visitor) ?? 1) - 1;
      if (left > 0) this.#downloads.set(visitor, left);
      else this.#downloads.delete(visitor);
    };
  }
}

/**
 * Whom a request is counted for: the address at the other end, or, where a proxy of ours is there, the one that it saw
 * (the last of `X-Forwarded-For`: earlier ones anybody may have written). Of IPv6 the first 64 bits, which is one
 * household.
 */
export function visitorOf(request: Pick<IncomingMessage, 'headers' | 'socket'>): string {
  const peer = plain(request.socket.remoteAddress ?? '');
  const header = request.headers['x-forwarded-for'];
  const last = plain((Array.isArray(header) ? header.join() : (header ?? '')).split(',').at(-1)?.trim() ?? '');
  const seen = isNear(peer) && (isIPv4(last) || isIPv6(last)) ? last : peer;
  return isIPv6(seen) ? network(seen) : seen;
}

/** An IPv4 address is one, also where it is written as IPv6. */
function plain(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/iu.exec(address)?.[1] ?? address;
}

function isNear(address: string): boolean {
  return isIPv4(address) ? near.check(address) : isIPv6(address) && near.check(address, 'ipv6');
}

/** The first four groups of an IPv6 address. */
function network(address: string): string {
  const [head = '', tail] = address.split('%', 1).join('').toLowerCase().split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return `${groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/u, '')).join(':')}::/64`;
}
