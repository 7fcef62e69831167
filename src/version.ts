/** Which version of the program this is, and of which commit. */

import { readFileSync } from 'node:fs';

/** The version that `package.json` names; `unknown` where it names none. */
export function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return /"version":\s*"([^"]+)"/u.exec(text)?.[1] ?? 'unknown';
}

/** Twelve digits of the commit that is checked out where the program runs from; `undefined` in a package, which has none. */
export function commit(): string | undefined {
  try {
    const read = (path: string): string => readFileSync(new URL(`../.git/${path}`, import.meta.url), 'utf8');
    const head = read('HEAD').trim();
    const branch = /^ref: (refs\/[\w./-]+)$/u.exec(head)?.[1];
    const found = branch === undefined ? head : hashOf(branch, read);
    return /^[0-9a-f]{40,64}$/u.exec(found)?.[0].slice(0, 12);
  } catch {
    // No checkout, or one kept in another way: it is a figure for reports, no more.
    return undefined;
  }
}

/** A branch has a file of its own, until it is packed. */
function hashOf(branch: string, read: (path: string) => string): string {
  try {
    return read(branch).trim();
  } catch {
    const packed = read('packed-refs').split('\n');
    return packed.find((line) => line.endsWith(` ${branch}`))?.slice(0, 40) ?? '';
  }
}
