/** The IPv6 address that somebody's connection comes from: the network's prefix and a number of his own (IP-1, IP-2). */

/** Where counting begins for people of one homeserver. */
export interface Block {
  readonly homeserver: string;
  /** The end of an address, such as `10:0000`. */
  readonly startFrom: string;
}

/**
 * The address with a number, written as the predecessor writes it, so that what it has stored and what is new look alike.
 * @param number from 1, never given twice for the same prefix and block
 * @param block of the person's homeserver, if there is one
 */
export function ipv6Address(prefix: string, number: number, block?: Block): string {
  const start = block === undefined ? 0 : Number.parseInt(block.startFrom.replaceAll(':', ''), 16);
  // In groups of four digits, counted from the end.
  return prefix + (start + number).toString(16).replaceAll(/\B(?=(?:.{4})+$)/gu, ':');
}
