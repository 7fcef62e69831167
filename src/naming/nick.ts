/** Matrix users as nicks: legal, short enough, and nobody who could be taken for services or an operator. */

import { createHash } from 'node:crypto';

import { localpartOf, type UserId } from '../model/ids.js';
import type { Nick } from '../model/irc-names.js';
import { granted, refused, type Outcome } from '../model/refusal.js';
import { foldName } from './casefold.js';
import { fillTemplate } from './template.js';

/** All that RFC 2812 §2.3.1 does not allow in a nick, and all that it allows but not in front. */
const ILLEGAL = /[^A-Za-z0-9\-[\]\\`_^{|}]/g;
const BAD_START = /^[0-9-]/;
/** Before NICKLEN is known nothing is cut (the nick in 001 is believed), but no line may be filled by a nick. */
const LONGEST = 100;
/** Display names are cut to this before anything is done with them. */
const MAX_INPUT = 1000;

/** Names under which services and operators speak on some network or other (C11). */
const TRUSTED = /^(?:[a-z]*serv|services?|global|alis|root|admin|administrator|operators?|ircops?|staff|server|[qlx])$/;

export interface NickWish {
  /** The nick that the person asked for with `!nick`; it goes before the template. */
  readonly wish?: string | undefined;
  readonly displayName?: string | undefined;
  readonly userId: UserId;
  /** `ircClients.nickTemplate`: text with `$DISPLAY`, `$LOCALPART` or `$USERID`. */
  readonly template: string;
  /** NICKLEN, once it is known. */
  readonly nickLength?: number | undefined;
}

/**
 * A legal nick for a person (NICK-1…3): illegal characters vanish, a bad start gets `M`, the text behind the template's
 * last variable survives cutting. Where nothing usable is left of display name and local part, a digest of the id
 * stands in. The same person always gets the same nick, never that of a service.
 */
export function wishNick({ wish, displayName, userId, template, nickLength }: NickWish): Nick {
  if (wish !== undefined && legal(wish) !== '') return toNick(wish, '', nickLength);
  const stand = `u${createHash('sha256').update(userId).digest('hex').slice(0, 8)}`;
  const localpart = legal(localpartOf(userId)) || stand;
  const filled = fillTemplate(template, {
    DISPLAY: legal(displayName ?? '') || localpart,
    LOCALPART: localpart,
    USERID: legal(userId) || stand,
  });
  const suffix = legal(behindVariables(template));
  const clean = legal(filled);
  return toNick(clean.endsWith(suffix) ? clean.slice(0, clean.length - suffix.length) : clean, suffix, nickLength);
}

/**
 * Reads the nick of `!nick`: it is taken as it is or refused with the reason, never changed.
 * @param nickLength NICKLEN, once it is known
 */
export function readNick(text: string, nickLength?: number): Outcome<Nick> {
  const short = text.slice(0, 40).replace(/[\p{Cc}\p{Cf}]/gu, '');
  const bad = [...new Set(short.match(ILLEGAL) ?? [])].join('');
  if (text === '') return refused('nick-invalid', 'A nick needs at least one character.', true);
  if (legal(text) !== text) {
    return refused('nick-invalid', `The nick "${short}" has characters that IRC does not allow: ${bad}`, true);
  }
  if (BAD_START.test(text)) return refused('nick-invalid', 'A nick cannot begin with a digit or "-".', true);
  const most = nickLength ?? LONGEST;
  if (text.length > most) return refused('nick-invalid', `A nick has at most ${most} characters here.`, true);
  if (isTrustedName(text)) return refused('nick-invalid', `The nick "${text}" could be taken for a service.`, true);
  return granted(text as Nick);
}

/** Whether people would take a nick for services or staff. */
export function isTrustedName(nick: string): boolean {
  return TRUSTED.test(foldName('rfc1459', nick.slice(0, LONGEST)));
}

/**
 * What to try when a nick is taken (433, NICK-5): the nick with numbers from 1 on, its `suffix` kept at the end. Always
 * the same sequence; it ends after 999.
 */
export function* nickAlternatives(nick: Nick, nickLength?: number, suffix = ''): Generator<Nick, void> {
  const stem = suffix !== '' && nick.endsWith(suffix) ? nick.slice(0, -suffix.length) : nick;
  const end = stem === nick ? '' : suffix;
  for (let number = 1; number < 1000; number++) yield toNick(stem, `${number}${end}`, nickLength);
}

/** What a template ends with, such as `[m]`. */
function behindVariables(template: string): string {
  const last = template.lastIndexOf('$');
  return last < 0 ? '' : template.slice(last).replace(/^\$(?:DISPLAY|LOCALPART|USERID)/, '');
}

function legal(text: string): string {
  return text.slice(0, MAX_INPUT).replace(ILLEGAL, '');
}

/** Makes a legal nick of `text` and `suffix`, cut so that the suffix stays whole. */
function toNick(text: string, suffix: string, nickLength: number | undefined): Nick {
  const most = Math.max(1, nickLength ?? LONGEST);
  const head = legal(text);
  const start = BAD_START.test(head + suffix) ? 'M' : '';
  const nick = cut(start + head, suffix, most);
  return (isTrustedName(nick) ? cut(`M-${head}`, suffix, most) : nick) as Nick;
}

function cut(head: string, suffix: string, most: number): string {
  return suffix.length < most ? head.slice(0, most - suffix.length) + suffix : (head + suffix).slice(0, most);
}
