/** Pure: lines from IRC as the journal's entries keep them, and read from there after a crash, part by part. */

import { parseUserId } from '../model/ids.js';
import type { ChannelMessage, PrivateMessage } from '../model/irc-event.js';
import { asNetworkName, type ClientOwner, parseChannelName, parseNick } from '../model/irc-names.js';
import type { Json } from '../model/matrix-content.js';
import type { How } from '../model/utterance.js';

/** What is kept of a line in a channel. */
export function writeLine(line: ChannelMessage): Json {
  const { network, at, from, channel, how, text } = line;
  return { network, at, nick: from.nick, channel, how, text, ...tagsOf(line) };
}

/** The inverse of `writeLine`; what is no line of a channel, or has a part that is wrong, is `undefined`. */
export function readLine(body: Json): ChannelMessage | undefined {
  const said = saidIn(body);
  if (!said) return undefined;
  const { network, parts, ...rest } = said;
  // The server said which kinds of channel it has.
  const channel = parseChannelName(parts['channel'], typeof parts['channel'] === 'string' ? parts['channel'].charAt(0) : '');
  const nick = parseNick(parts['nick']);
  if (nick === undefined || channel === undefined) return undefined;
  return { kind: 'message', network, heardBy: { network, owner: 'bot' }, from: { nick }, channel, ...rest };
}

/** What is kept of a line to one of ours alone. */
export function writePrivate(line: PrivateMessage): Json {
  const { network, at, from, fromUser, to, how, text } = line;
  const { nick, user, host } = from;
  const mask = { ...(user === undefined ? {} : { user }), ...(host === undefined ? {} : { host }) };
  return { network, at, nick, ...mask, fromUser, to: to.owner, how, text, ...tagsOf(line) };
}

/** The inverse of `writePrivate`; what is no private line, or has a part that is wrong, is `undefined`. */
export function readPrivate(body: Json): PrivateMessage | undefined {
  const said = saidIn(body);
  if (!said) return undefined;
  const { network, parts, ...rest } = said;
  const { user, host, fromUser, to } = parts;
  const owner: ClientOwner | undefined = to === 'bot' ? to : parseUserId(to);
  const nick = parseNick(parts['nick']);
  if (nick === undefined || owner === undefined || typeof fromUser !== 'boolean') return undefined;
  const from = { nick, ...(typeof user === 'string' ? { user } : {}), ...(typeof host === 'string' ? { host } : {}) };
  const client = { network, owner };
  return { kind: 'privateMessage', network, heardBy: client, to: client, from, fromUser, ...rest };
}

/** What both kinds of line have; `parts` are all that the entry holds, not judged yet. */
function saidIn(body: Json): (Pick<ChannelMessage, 'network' | 'at' | 'how' | 'text' | keyof Tags> & { readonly parts: Parts }) | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const parts = body as Parts;
  const { network, at, how, text } = parts;
  if (typeof network !== 'string' || typeof at !== 'number' || typeof text !== 'string' || !isHow(how)) return undefined;
  return { parts, network: asNetworkName(network), at, how, text, ...tagsOf(parts) };
}

type Parts = Readonly<Record<string, unknown>>;
type Tags = Pick<ChannelMessage, 'msgid' | 'replyTo' | 'sentAt'>;

function isHow(how: unknown): how is How {
  return how === 'say' || how === 'act' || how === 'notice';
}

/** What a line's tags said of it; what is not of the right type is left out. */
function tagsOf({ msgid, replyTo, sentAt }: { readonly [key in keyof Tags]?: unknown }): Tags {
  // Most servers give none.
  if (msgid === undefined && replyTo === undefined && sentAt === undefined) return {};
  return {
    ...(typeof msgid === 'string' ? { msgid } : {}),
    ...(typeof replyTo === 'string' ? { replyTo } : {}),
    ...(typeof sentAt === 'number' ? { sentAt } : {}),
  };
}
