/** Pure: which synthetic events a registration asks for, in any of the shapes that were ever proposed (SYN-2). */

import type { NewsType } from '../model/account.js';
import { newsType } from './decode-account.js';
import { isRaw, objectIn, type Raw } from './raw.js';

/** The prefixes under which the key is written and read, the stable one first. */
export const SYNTHETIC_KEYS = ['m.synthetic_events', 'uk.half-shot.msc3395.synthetic_events', 'uk.half-shot.mscXXXX.synthetic_events'] as const;

/**
 * Reads the list at the root of the file (the older shape, which a stock homeserver ignores) and those of its user
 * namespaces. Types we do not know are left out.
 */
export function subscriptionOf(registration: Raw): ReadonlySet<NewsType> {
  const users = objectIn(registration, 'namespaces')?.['users'];
  const places = [registration, ...(Array.isArray(users) ? (users as unknown[]).filter(isRaw) : [])];
  const types = places.flatMap((place) => SYNTHETIC_KEYS.flatMap((key) => listUnder(place, key)));
  return new Set(types.map(newsType).filter((type) => type !== 'other'));
}

function listUnder(place: Raw, key: string): readonly string[] {
  const events = objectIn(place, key)?.['events'];
  return Array.isArray(events) ? (events as unknown[]).filter((type) => typeof type === 'string') : [];
}
