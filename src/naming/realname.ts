/** Matrix users as real names (the last parameter of USER), by which IRC users see who is behind a nick. */

import { domainOf, localpartOf, type UserId } from '../model/ids.js';
import { fillTemplate } from './template.js';

/** Servers keep 50 characters or more (IRC-SERVERS); mairc sent 48. */
const LONGEST = 48;
const LONGEST_DOMAIN = 30;

/**
 * The real name of a person (REAL-1): `mxid` is the id, `reverse-mxid` begins with the domain's last part so that masks
 * can match a homeserver, anything else is a template with `$DISPLAY`, `$LOCALPART`, `$USERID`. Printable ASCII only,
 * at most 48 characters, never empty.
 */
export function realname(userId: UserId, format: string, displayName?: string): string {
  return printable(worded(userId, format, displayName)) || printable(userId) || 'Matrix user';
}

function worded(userId: UserId, format: string, displayName: string | undefined): string {
  if (format === 'mxid') return userId;
  const localpart = localpartOf(userId);
  if (format !== 'reverse-mxid') {
    return fillTemplate(format, { DISPLAY: displayName ?? localpart, LOCALPART: localpart, USERID: userId });
  }
  const domain = domainOf(userId).split('.').reverse().join('.');
  return `${domain.length > LONGEST_DOMAIN ? `${domain.slice(0, LONGEST_DOMAIN)}>` : domain}:${localpart}`;
}

function printable(text: string): string {
  return text
    .replace(/[^\x20-\x7e]/g, '')
    .slice(0, LONGEST)
    .trim();
}
