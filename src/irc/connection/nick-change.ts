/** Which nick to ask for: the wish cut to NICKLEN, and what to try when it is taken or not allowed. */

import type { Nick } from '../../model/irc-names.js';
import { parseNick } from '../../model/irc-names.js';

/** Tries before a connection gives up for a while (RELIABILITY R12). */
export const MOST_ALTERNATIVES = 10;

/** NICKLEN of the oldest servers, and what most allow; for wishes that a server refused as they are. */
const USUAL_LENGTH = 30;

/** What a template puts behind a name, such as `[m]`, `{m}` or `|m`: kept when a nick is cut (NICK-3). */
const SUFFIX = /(?:\[[^[\]]{1,5}\]|\{[^{}]{1,5}\}|\|[A-Za-z0-9]{1,5})$/;

/** A nick in so many units, a closing suffix kept whole where there is room for it. */
export function cutNick(nick: Nick, length: number | undefined): Nick {
  if (length === undefined || nick.length <= length) return nick;
  const suffix = SUFFIX.exec(nick)?.[0] ?? '';
  const stem = nick.slice(0, nick.length - suffix.length);
  const cut = suffix.length < length ? stem.slice(0, length - suffix.length) + suffix : nick.slice(0, length);
  return parseNick(cut.toWellFormed()) ?? nick;
}

/** Only what RFC 2812 §2.3.1 allows, never a digit or `-` first: such nicks are refused or are a server's own ids. */
function plainStem(text: string): string {
  const plain = text.replace(/[^A-Za-z0-9[\]\\`_^{|}-]/g, '');
  return /^[0-9-]/.test(plain) || plain === '' ? `M${plain}` : plain;
}

/**
 * The nicks to try when the wish was refused, in order, at most ten, always the same for the same wish:
 * the wish in plain letters where that is another one, then with 1, 2, … before its suffix.
 * @param length NICKLEN where known
 * @param ours whether another connection of ours has this nick: such are left out, so that none is stolen
 */
export function alternativesTo(wish: Nick, length: number | undefined, ours: (nick: string) => boolean): Nick[] {
  const most = Math.min(length ?? USUAL_LENGTH, 200);
  const suffix = SUFFIX.exec(wish)?.[0] ?? '';
  const stem = plainStem(wish.slice(0, wish.length - suffix.length));
  const found: Nick[] = [];
  for (let number = 0; number < 100 && found.length < MOST_ALTERNATIVES; number++) {
    const tail = (number === 0 ? '' : String(number)) + (suffix.length + 3 < most ? suffix : '');
    const nick = parseNick(stem.slice(0, Math.max(1, most - tail.length)) + tail);
    if (nick === undefined || nick.length > most || nick === wish || found.includes(nick) || ours(nick)) continue;
    found.push(nick);
  }
  return found;
}

/** Whether a nick is one a server forced in a collision (its own id, digit first): nothing is said under it. */
export function isForcedId(nick: string): boolean {
  return /^\d/.test(nick);
}
