/** Asks the homeserver whether an account of its own is closed, for want of an event that told it (SYN-21). */

import { BridgeError, isFault } from '../model/errors.js';
import type { UserId } from '../model/ids.js';
import type { ClientServer } from './call.js';
import type { AccountSign } from './port.js';

/**
 * Asks Synapse's admin API, which answers the bot once it is made an admin, and else the profile: without `erase`,
 * Synapse keeps that of a closed account. Tried once.
 * @throws BridgeError when the homeserver cannot say it now
 */
export async function signOf(server: ClientServer, user: UserId): Promise<AccountSign> {
  const id = encodeURIComponent(user);
  const asked = await answerOf(() => server.once({ name: 'adminUser', method: 'GET', root: '/_synapse/admin', path: `/v2/users/${id}` }));
  if (asked.ok) return asked.deactivated === true ? 'closed' : asked.deactivated === false ? 'open' : 'unknown';
  if (asked.fault.errcode === 'M_NOT_FOUND') return 'no such account';
  const profile = await answerOf(() => server.once({ name: 'getProfile', method: 'GET', path: `/v3/profile/${id}` }));
  if (profile.ok) return 'unknown';
  const { fault } = profile;
  if (fault.errcode === 'M_USER_DEACTIVATED') return 'closed';
  // A page of something in front of the homeserver has no errcode.
  if (fault.status === 404 && fault.errcode !== undefined && fault.errcode !== 'M_UNRECOGNIZED') return 'no such account';
  if (fault.passing || isFault(fault, 'HOMESERVER_UNAUTHORISED')) throw fault;
  return 'unknown';
}

type Said = { readonly ok: true; readonly deactivated: unknown } | { readonly ok: false; readonly fault: BridgeError };

async function answerOf(ask: () => Promise<{ readonly [key: string]: unknown }>): Promise<Said> {
  try {
    return { ok: true, deactivated: (await ask())['deactivated'] };
  } catch (fault) {
    if (fault instanceof BridgeError && fault.code !== 'STOPPING') return { ok: false, fault };
    throw fault;
  }
}
