/** Which version of the program this is. */

import { readFileSync } from 'node:fs';

/** The version that `package.json` names; `unknown` where it names none. */
export function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return /"version":\s*"([^"]+)"/u.exec(text)?.[1] ?? 'unknown';
}
