/** Who is a reverse proxy of ours, and for whom a request that it passes on is counted (MEDIA-8). */

import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

/** Asks of a peer's address, and of a request. */
export class Proxies {
  readonly #list = new BlockList();

  /** @param trusted addresses and networks (`10.0.0.0/8`); what is none is left out */
  constructor(trusted: readonly string[]) {
    for (const each of trusted) {
      const [address = '', bits] = each.split('/');
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      if (isIP(address) === 0) continue;
      if (bits === undefined) this.#list.addAddress(address, family);
      else this.#list.addSubnet(address, Number(bits), family);
    }
  }

  /** Whether a peer with this address is believed when it says whom it serves. */
  has(address: string): boolean {
    const bare = plain(address);
    return isIPv4(bare) ? this.#list.check(bare) : isIPv6(bare) && this.#list.check(bare, 'ipv6');
  }

  /**
   * Whom a request is counted for: the address at the other end, or, where a proxy of ours is there, the one that it saw
   * (the last of `X-Forwarded-For`: earlier ones anybody may have written).
   */
  visitorOf(request: Pick<IncomingMessage, 'headers' | 'socket'>): string {
    const peer = request.socket.remoteAddress ?? '';
    const header = request.headers['x-forwarded-for'];
    const last = (Array.isArray(header) ? header.join() : (header ?? '')).split(',').at(-1)?.trim() ?? '';
    return householdOf(this.has(peer) && isIP(plain(last)) !== 0 ? last : peer);
  }
}

/** The address, of IPv6 the first 64 bits, which is one household. */
export function householdOf(address: string): string {
  const bare = plain(address);
  return isIPv6(bare) ? network(bare) : bare;
}

/** An IPv4 address is one, also where it is written as IPv6. */
function plain(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/iu.exec(address)?.[1] ?? address;
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
