/** Matrix users as user names (the second parameter of USER), which ban masks and ident replies carry. */

import { createHash } from 'node:crypto';

import { localpartOf, type UserId } from '../model/ids.js';

/** Servers keep 9 to 18 characters, most 10 (USERLEN; R36). */
const LENGTH = 10;

/**
 * The user names a person may have, best first and without end: the local part in small letters and digits, then the
 * same with `_1`, `_2` … (IDENT-1). `_` never stands in the first one, so a numbered name is never somebody else's
 * plain one. Letters first, since servers refuse or mark others (IRC-SERVERS).
 * @param length USERLEN, if it is known and smaller than 10
 */
export function* identCandidates(userId: UserId, length = LENGTH): Generator<string, never> {
  const most = Math.max(1, Math.min(LENGTH, length));
  const stem = stemOf(userId);
  yield stem.slice(0, most);
  for (let number = 1; ; number++) {
    const end = `_${number}`;
    yield stem.slice(0, Math.max(1, most - end.length)) + end;
  }
}

function stemOf(userId: UserId): string {
  const letters = localpartOf(userId)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
  if (letters === '') return `M${createHash('sha256').update(userId).digest('hex')}`;
  return /^\d/.test(letters) ? `M${letters}` : letters;
}
