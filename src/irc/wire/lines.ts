/** Every line we send, by name. Each builder gives one finished line, or `undefined` for what must not be sent. */

import type { How } from '../../model/utterance.js';
import { cutBytes, ircLine, isChannel, isTarget, isWord, LINE_BYTES } from './clean-line.js';

/** A finished line without CR LF; `undefined`: a parameter is not what it must be, nothing is to be sent. */
export type Line = string | undefined;

const CTCP = '\x01';
const withoutCtcp = (text: string): string => text.replaceAll(CTCP, '');

/** NICK (RFC 2812 §3.1.2). */
export function nickLine(nick: string): Line {
  return isTarget(nick) ? ircLine('NICK', [nick]) : undefined;
}

/** USER with no mode asked (RFC 2812 §3.1.3). `ident` without `@` and `!`, which would forge a host mask. */
export function userLine(ident: string, realname: string): Line {
  return /[@!]/.test(ident) ? undefined : ircLine('USER', [ident, '0', '*'], realname === '' ? ident : realname);
}

/** PASS; refuses a password that would not arrive whole. */
export function passLine(password: string): Line {
  return password === '' || !arrivesWhole(password, 'PASS :') ? undefined : ircLine('PASS', [], password);
}

/** JOIN of some channels; keys belong to the first of them in order, as RFC 2812 §3.2.1 wants. Never `JOIN 0`. */
export function joinLine(channels: readonly string[], keys: readonly string[] = []): Line {
  if (channels.length === 0 || keys.length > channels.length || !channels.every(isChannel)) return undefined;
  if (!keys.every(isTarget)) return undefined;
  return ircLine('JOIN', keys.length === 0 ? [channels.join(',')] : [channels.join(','), keys.join(',')]);
}

/** PART of one channel. */
export function partLine(channel: string, reason?: string): Line {
  return isChannel(channel) ? ircLine('PART', [channel], reason) : undefined;
}

/** QUIT. */
export function quitLine(reason?: string): Line {
  return ircLine('QUIT', [], reason);
}

/**
 * PRIVMSG or NOTICE. Text over the line's end is cut, the closing CTCP byte of an action kept; CTCP bytes in `text` go,
 * so that nobody makes our client ask for DCC.
 * @param most bytes of the line without CR LF; 510, unless the server's LINELEN says otherwise
 */
export function sayLine(how: How, target: string, text: string, most = LINE_BYTES): Line {
  if (!isTarget(target)) return undefined;
  const command = how === 'notice' ? 'NOTICE' : 'PRIVMSG';
  const clean = withoutCtcp(text).toWellFormed();
  if (how !== 'act') return ircLine(command, [target], clean, most);
  const room = most - Buffer.byteLength(`${command} ${target} :${CTCP}ACTION ${CTCP}`);
  return room < 0 ? undefined : ircLine(command, [target], `${CTCP}ACTION ${cutBytes(clean, room)}${CTCP}`, most);
}

/** The answer to a CTCP question, such as VERSION, as a NOTICE. */
export function ctcpReplyLine(target: string, question: string, answer: string): Line {
  if (!isTarget(target) || !/^[A-Z]{1,20}$/.test(question)) return undefined;
  const room = LINE_BYTES - Buffer.byteLength(`NOTICE ${target} :${CTCP}${question} ${CTCP}`);
  const text = cutBytes(withoutCtcp(answer).toWellFormed(), Math.max(0, room));
  return room < 0 ? undefined : ircLine('NOTICE', [target], `${CTCP}${question} ${text}${CTCP}`);
}

/** MODE of a nick or channel; without `changes` it asks. `changes` such as `+o-v`, one word each parameter. */
export function modeLine(target: string, changes?: string, params: readonly string[] = []): Line {
  if (!isTarget(target)) return undefined;
  if (changes === undefined) return params.length === 0 ? ircLine('MODE', [target]) : undefined;
  return /^[+-][A-Za-z+-]*$/.test(changes) ? ircLine('MODE', [target, changes, ...params]) : undefined;
}

/** TOPIC; an empty text clears it. */
export function topicLine(channel: string, text: string): Line {
  return isChannel(channel) ? ircLine('TOPIC', [channel], text) : undefined;
}

/** KICK of one nick from one channel. */
export function kickLine(channel: string, nick: string, reason: string): Line {
  return isChannel(channel) && isTarget(nick) ? ircLine('KICK', [channel, nick], reason) : undefined;
}

/** INVITE of one nick into one channel. */
export function inviteLine(nick: string, channel: string): Line {
  return isTarget(nick) && isChannel(channel) ? ircLine('INVITE', [nick, channel]) : undefined;
}

/** AWAY with a text, or back again without one. */
export function awayLine(text?: string): Line {
  return text === undefined || text === '' ? ircLine('AWAY', []) : ircLine('AWAY', [], text);
}

/** PING of ours. */
export function pingLine(token: string): Line {
  return ircLine('PING', [], token);
}

/** The answer to PING, with the token as it came. */
export function pongLine(token: string): Line {
  return ircLine('PONG', [], token);
}

/** `CAP LS 302` (IRCv3 capability negotiation). */
export function capLsLine(): Line {
  return ircLine('CAP', ['LS', '302']);
}

/** `CAP REQ`; `undefined` when there is nothing to ask for or it does not fit one line. */
export function capReqLine(caps: readonly string[]): Line {
  const list = caps.join(' ');
  if (caps.length === 0 || !caps.every(isWord) || !arrivesWhole(list, 'CAP REQ :')) return undefined;
  return ircLine('CAP', ['REQ'], list);
}

/** `CAP END`. */
export function capEndLine(): Line {
  return ircLine('CAP', ['END']);
}

/** AUTHENTICATE with a mechanism, `+`, `*` or a piece of base64 of at most 400 bytes (IRCv3 SASL 3.1). */
export function authenticateLine(payload: string): Line {
  return /^[A-Za-z0-9+/=*_-]{1,400}$/.test(payload) ? ircLine('AUTHENTICATE', [payload]) : undefined;
}

/** WHOIS of one nick; `idle`: asked twice, so that its own server answers with the idle time. */
export function whoisLine(nick: string, idle = false): Line {
  return isTarget(nick) ? ircLine('WHOIS', idle ? [nick, nick] : [nick]) : undefined;
}

/** ISON of one nick. */
export function isonLine(nick: string): Line {
  return isTarget(nick) ? ircLine('ISON', [nick]) : undefined;
}

/** MONITOR of one nick (IRCv3), begun or ended. */
export function monitorLine(begin: boolean, nick: string): Line {
  return isTarget(nick) ? ircLine('MONITOR', [begin ? '+' : '-', nick]) : undefined;
}

/** NAMES of one channel. */
export function namesLine(channel: string): Line {
  return isChannel(channel) ? ircLine('NAMES', [channel]) : undefined;
}

/** TAGMSG (IRCv3 message-tags), to which its tags are still to be added. */
export function tagmsgLine(target: string): Line {
  return isTarget(target) ? ircLine('TAGMSG', [target]) : undefined;
}

/** REDACT of one message (IRCv3 draft/message-redaction). */
export function redactLine(target: string, msgid: string, reason?: string): Line {
  return isTarget(target) ? ircLine('REDACT', [target, msgid], reason) : undefined;
}

/** BATCH, begun or ended (IRCv3 draft/multiline). */
export function batchLine(id: string, target?: string): Line {
  if (target === undefined) return ircLine('BATCH', [`-${id}`]);
  return isTarget(target) ? ircLine('BATCH', [`+${id}`, 'draft/multiline', target]) : undefined;
}

/** WHO of one nick or channel. */
export function whoLine(target: string): Line {
  return isTarget(target) ? ircLine('WHO', [target]) : undefined;
}

/** Whether a text needs neither mending nor cutting behind `head`. */
function arrivesWhole(text: string, head: string): boolean {
  return !/[\r\n\0]/.test(text) && text.isWellFormed() && Buffer.byteLength(head) + Buffer.byteLength(text) <= LINE_BYTES;
}
