/** Whether a request comes from our homeserver: judged from its head alone, in constant time (L6, L20, S22). */

import { createHash, timingSafeEqual } from 'node:crypto';

export type Verdict = 'ok' | 'missing' | 'wrong';

/** Makes the judge for one token; throws when it is empty, since then anybody would pass. */
export function tokenJudge(token: string): (authorizations: readonly string[], queryTokens: readonly string[]) => Verdict {
  if (token === '') throw new RangeError('hs_token is empty');
  const expected = digest(token);
  return (authorizations, queryTokens) => {
    const given = [...authorizations.map(bearerOf), ...queryTokens].filter((one) => one !== '');
    if (given.length === 0) return 'missing';
    // Every one that was given must be right (AS API v1.4: header and query must match); no early exit.
    let wrong = 0;
    for (const one of given) wrong += one !== undefined && timingSafeEqual(digest(one), expected) ? 0 : 1;
    return wrong === 0 ? 'ok' : 'wrong';
  };
}

/** The token of a Bearer header; `undefined` for another scheme, which can only be wrong. */
function bearerOf(header: string): string | undefined {
  return /^bearer(?: +(\S*))?\s*$/iu.exec(header)?.[1] ?? (/^bearer\s*$/iu.test(header) ? '' : undefined);
}

/** Digests are of one length, as `timingSafeEqual` needs, and tell nothing of the token's. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
