/** Our own nick!user@host as others see it: it takes room in every line they get (RELIABILITY IRC-LIMITS). */

import type { Hostmask } from '../../model/irc-names.js';
import type { How } from '../../model/utterance.js';
import { LINE_BYTES } from './clean-line.js';

/** What to assume until the server showed it: the longest of user and host that servers commonly send. */
const USER_MOST = 10;
const HOST_MOST = 63;
/** `\x01ACTION ` and `\x01`. */
const ACTION_BYTES = 9;

/**
 * Bytes of text that fit a line to `target`, at least 1.
 * @param line bytes of a line without CR LF: 510, unless the server's LINELEN says otherwise
 */
export function textBudget(mask: Hostmask, ident: string, target: string, how: How, line = LINE_BYTES): number {
  const user = mask.user === undefined ? Math.max(USER_MOST, ident.length + 1) : Buffer.byteLength(mask.user);
  const host = mask.host === undefined ? HOST_MOST : Buffer.byteLength(mask.host);
  const command = how === 'notice' ? 'NOTICE' : 'PRIVMSG';
  const frame = `:!@ ${command}  :`.length + (how === 'act' ? ACTION_BYTES : 0);
  return Math.max(1, line - frame - Buffer.byteLength(mask.nick) - user - host - Buffer.byteLength(target));
}
