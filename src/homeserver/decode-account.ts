/** Pure: an entry of MSC3395, or a meta event of matrix-spec issue 258, to what it says of an account (SYN-4, SYN-5). */

import type { AccountNews, NewsType } from '../model/account.js';
import { domainOf, parseUserId, type UserId } from '../model/ids.js';
import { deviceOf, markOf } from './device-mark.js';
import { isRaw, type Raw, textIn } from './raw.js';

/** Whom such an entry can be about. */
export interface Whom {
  /** Only people of our own homeserver have a life cycle (SYN-22). */
  readonly domain: string;
  /** Whether somebody is a ghost or the bot. */
  readonly isOurs: (user: string) => boolean;
}

/** Names of types without their prefix, as the proposal and its examples have them. */
const TYPES: ReadonlyMap<string, NewsType> = new Map([
  ['user.registration', 'registration'],
  ['user.login', 'login'],
  ['user.logout', 'logout'],
  ['user.deactivated', 'deactivated'],
  ['user.deactivation', 'deactivated'],
  ['new_user', 'new_user'],
]);
const PREFIX = /^(?:m|uk\.half-shot\.(?:msc3395|mscXXXX))\./u;
/** A vendor's wish for fresh figures, the example of issue 258 (SEED-000c). */
const FIGURES = 'org.matrix.synapse.metrics_requested';
/** Our own module's count, from the homeserver's tables. */
const LEFT = 'chat.causeway.devices_left';
/** A homeserver's clock may be ahead of ours by so much; what is later yet is nonsense and happened now. */
const AHEAD_MS = 3_600_000;

/** What kind of thing a type names; `other`: none that we know. */
export function newsType(type: string): NewsType {
  return (PREFIX.test(type) && TYPES.get(type.replace(PREFIX, ''))) || 'other';
}

/**
 * Reads an entry of the envelope or of the shape of ordinary events; total. Keys we do not know are let be.
 * @param body one that `syntheticIn` took
 * @param heardAt when it came, in ms since the epoch
 */
export function decodeAccount(body: unknown, heardAt: number, whom: Whom): AccountNews {
  const raw: Raw = isRaw(body) ? body : {};
  const named = textIn(raw, 'type', 255) ?? '';
  if (named === FIGURES) return { kind: 'figures' };
  const type = newsType(named);
  if (type === 'other') return { kind: 'nothing', type, outcome: 'ignored' };
  const content = isRaw(raw['content']) ? raw['content'] : {};
  const rejected = { kind: 'nothing', type, outcome: 'rejected' } as const;
  const person = personIn(content, whom);
  if (person === undefined) return rejected;
  const told = { person, ...timeIn(raw, heardAt) };
  if (type === 'registration' || type === 'new_user') return { kind: 'change', type, change: { ...told, kind: 'registration' } };
  if (type === 'deactivated') return { kind: 'change', type, change: { ...told, kind: type } };
  const device = deviceOf(content, person);
  const soft = content['soft_logout'] ?? false;
  // A device that cannot be read is not "all devices".
  if (device === null || typeof soft !== 'boolean') return rejected;
  const left = content[LEFT];
  const count = typeof left === 'number' && Number.isSafeInteger(left) && left >= 0 ? { left } : {};
  if (type === 'login') return { kind: 'change', type, change: { ...told, ...count, kind: type, device: device ?? markOf(person, '') } };
  const which = device === undefined ? {} : { device };
  return { kind: 'change', type, change: { ...told, ...count, ...which, kind: type, soft } };
}

function personIn(content: Raw, { domain, isOurs }: Whom): UserId | undefined {
  const person = parseUserId(textIn(content, 'user_id', 255));
  return person !== undefined && domainOf(person) === domain && !isOurs(person) ? person : undefined;
}

function timeIn(raw: Raw, heardAt: number): { readonly at: number; readonly undated?: true } {
  const at = raw['ts'] ?? raw['origin_server_ts'];
  return typeof at === 'number' && at >= 0 && at <= heardAt + AHEAD_MS ? { at } : { at: heardAt, undated: true };
}
