/** PRIVMSG, NOTICE, TAGMSG and AWAY. */

import type { IrcClient, LineMeta } from './client.js';
import { sendLines } from './multiline.js';
import type { Net, Room } from './net.js';
import type { OpenBatch } from './open-batch.js';
import type { IrcLine } from './wire.js';

/** PRIVMSG and NOTICE: to channels, `@#channel` and nicks. */
export function say(net: Net, client: IrcClient, line: IrcLine): void {
  const { profile } = net;
  const [list = '', text = ''] = line.params;
  if (list === '') return client.numeric('411', [], `No recipient given (${line.command})`);
  if (text === '' && profile.emptyText === '412') return client.numeric('412', [], 'No text to send');
  if (profile.utf8Only && !isUtf8(text)) {
    return client.send(`FAIL ${line.command} INVALID_UTF8 :Message rejected for containing invalid UTF-8`);
  }
  const targets = list.split(',');
  const allowed = profile.name === 'unreal' && line.command === 'NOTICE' ? 1 : profile.targets;
  if (targets.length > allowed && profile.extraTargets === '407') {
    return client.numeric('407', [list], 'Too many recipients.');
  }
  for (const target of targets.slice(0, allowed)) sayTo(net, client, line, target, text);
}

function isUtf8(bytes: string): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(bytes, 'latin1'));
    return true;
  } catch (fault) {
    if (fault instanceof TypeError) return false;
    throw fault;
  }
}

/** Delivers one message to a channel or nick. `lines`: it is a multiline one, whose text is then not looked at. */
export function sayTo(net: Net, client: IrcClient, line: IrcLine, target: string, text: string, lines?: OpenBatch['lines']): void {
  const { profile } = net;
  const { command } = line;
  const mark = statusMark(net, target);
  const channel = net.channel(target.slice(mark.length));
  const refused = (code: string, why: string): void => {
    if (command === 'PRIVMSG' || profile.noticeToNobody === '401') client.numeric(code, [target], why);
  };
  const shown = channel === undefined ? target : `${mark}${channel.name}`;
  const outgoing = net.format(client.prefix, command, shown, text);
  if (profile.longRelay === '417' && outgoing.length > net.knobs.lineLength - 2) {
    return client.numeric('417', [], 'Line too long to be relayed without truncation');
  }
  const msgid = net.nextMessageId();
  const meta: LineMeta = { from: client, clientTags: passedOn(net, line.tags), ...(msgid === undefined ? {} : { msgid }) };
  const hand = (to: IrcClient): void => {
    if (lines) sendLines(net, to, shown, command, lines, { ...meta, from: client });
    else to.send(outgoing, meta);
  };
  if (net.isChannel(target.slice(mark.length))) {
    if (channel === undefined) return refused(profile.missingChannel, 'No such channel');
    const why = silencedIn(net, client, channel, mark);
    if (why !== undefined) return refused(why[0], why[1]);
    const { channelFlood } = net.knobs;
    if (channelFlood !== undefined && !channel.has(client, 'qaohv') && !channel.takes(channelFlood, net.clock.elapsed())) {
      if (command === 'PRIVMSG') {
        client.send(`:${net.serverName} NOTICE ${client.nick} :*** Message to ${channel.name} throttled due to flooding`);
      }
      return;
    }
    for (const member of channel.members.keys()) {
      if (member !== client && hears(net, member, channel, mark, text)) hand(member);
    }
  } else {
    const other = net.find(target);
    if (other === undefined) return refused('401', 'No such nick');
    hand(other);
    if (other.away !== undefined && command === 'PRIVMSG') client.numeric('301', [other.nick], other.away);
  }
  if (msgid !== undefined) net.remember(msgid, { author: client, target: shown });
  if (client.caps.has('echo-message')) hand(client);
}

function statusMark(net: Net, target: string): string {
  const first = target.charAt(0);
  const marks = net.profile.prefixes.map(([, mark]) => mark);
  return net.profile.statusMessages && marks.includes(first) && net.isChannel(target.slice(1)) ? first : '';
}

function silencedIn(net: Net, client: IrcClient, channel: Room, mark: string): [string, string] | undefined {
  const inside = channel.members.has(client);
  if (!inside && channel.modes.has('n')) return ['404', 'You cannot send external messages to this channel'];
  if (channel.has(client, 'qaohv')) return undefined;
  if (channel.modes.has('m')) return ['404', 'You cannot send messages to this channel whilst the +m (moderated) mode is set.'];
  if (net.isBanned(client, channel) && !net.profile.bannedMayTalk) return ['404', 'Cannot send to channel (you\'re banned)'];
  if (mark !== '' && ['solanum', 'unreal'].includes(net.profile.name)) return ['482', 'You\'re not a channel operator'];
  return undefined;
}

function hears(net: Net, member: IrcClient, channel: Room, mark: string, text: string): boolean {
  const { deaf, piercing, prefixes } = net.profile;
  if (deaf !== undefined && member.modes.has(deaf) && !(text !== '' && piercing.includes(text.charAt(0)))) return false;
  if (mark === '') return true;
  const rank = prefixes.findIndex(([, m]) => m === mark);
  return channel.has(member, prefixes.slice(0, rank + 1).map(([m]) => m).join(''));
}

export function passedOn(net: Net, tags: ReadonlyMap<string, string>): Map<string, string> {
  const { clientTags } = net.profile;
  return new Map([...tags].filter(([key]) => key.startsWith('+') && (clientTags?.includes(key) ?? true)));
}

/** TAGMSG: tags only, to those with message-tags. */
export function tagmsg(net: Net, client: IrcClient, line: IrcLine): void {
  const { profile } = net;
  const [target = ''] = line.params;
  if (!profile.tags) return client.numeric('421', ['TAGMSG'], 'Unknown command');
  const clientTags = passedOn(net, line.tags);
  if (clientTags.size === 0) return;
  const channel = net.channel(target);
  const other = net.find(target);
  const outgoing = net.format(client.prefix, 'TAGMSG', channel?.name ?? other?.nick ?? target);
  const msgid = net.nextMessageId();
  const meta: LineMeta = { from: client, clientTags, ...(msgid === undefined ? {} : { msgid }) };
  let hearers: IrcClient[];
  if (channel !== undefined) {
    const why = silencedIn(net, client, channel, '');
    if (why !== undefined) return client.numeric(why[0], [target], why[1]);
    const deafHear = profile.name === 'unreal';
    hearers = [...channel.members.keys()].filter((member) => member !== client && (deafHear || hears(net, member, channel, '', '')));
  } else if (other === undefined) return client.numeric('401', [target], 'No such nick');
  else hearers = [other];
  if (client.caps.has('echo-message')) hearers.push(client);
  for (const member of hearers) if (member.caps.has('message-tags')) member.send(outgoing, meta);
}

export function away(net: Net, client: IrcClient, { params }: IrcLine): void {
  const text = (params[0] ?? '').slice(0, net.profile.awayLength);
  client.away = text === '' ? undefined : text;
  if (client.away === undefined) client.numeric('305', [], 'You are no longer marked as being away');
  else client.numeric('306', [], 'You have been marked as being away');
  const line = client.away === undefined ? `:${client.prefix} AWAY` : net.format(client.prefix, 'AWAY', client.away);
  for (const other of net.sharing(client)) if (other.caps.has('away-notify')) other.send(line, { from: client });
}
