/** Whether the words of a link are where it leads, so that it need not be said twice (FMT-10). */

/** True where they differ in nothing but what people leave out when they write an address. */
export function saysAddress(words: string, href: string): boolean {
  return lastOf(words) === lastOf(href) && bare(words) === bare(href);
}

/** The last character that counts, which tells most words and addresses apart. */
function lastOf(address: string): number {
  let end = address.length;
  while (end > 0 && (address.charCodeAt(end - 1) === 0x2f || address.charCodeAt(end - 1) <= 0x20)) end--;
  return end === 0 ? -1 : address.charCodeAt(end - 1);
}

/** An address without what people leave out when they write it. */
function bare(address: string): string {
  return address
    .trim()
    .replace(/^(?:https?:\/\/|mailto:)/i, '')
    .replace(/\/$/, '');
}
