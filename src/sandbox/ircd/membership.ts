/** JOIN, PART, KICK, INVITE, NAMES and TOPIC. */

import type { IrcClient } from './client.js';
import type { Net, Room } from './net.js';
import type { IrcLine } from './wire.js';

/** JOIN of several channels with keys; `JOIN 0` leaves all. */
export function join(net: Net, client: IrcClient, { params }: IrcLine): void {
  const [names = '', keys = ''] = params;
  if (names === '') return client.numeric('461', ['JOIN'], 'Not enough parameters.');
  if (names === '0') {
    for (const channel of [...client.channels]) leave(net, client, channel, '');
    return;
  }
  const keyList = keys.split(',');
  names.split(',').forEach((name, i) => joinOne(net, client, name, keyList[i] ?? ''));
}

function joinOne(net: Net, client: IrcClient, name: string, key: string): void {
  const { profile } = net;
  const channel = net.channel(name);
  if (!net.isChannel(name) || name.length > profile.channelLength || profile.badChannel.test(name)) {
    const bad = profile.badChannel.test(name) && (profile.name === 'inspircd' ? '476' : profile.name === 'solanum' && '479');
    return client.numeric(bad === false ? profile.missingChannel : bad, [name], 'Invalid channel name');
  }
  if (channel?.members.has(client) === true) return;
  if (client.channels.size >= profile.channelLimit) {
    return client.numeric('405', [name], 'You are on too many channels');
  }
  const refusal = channel === undefined ? undefined : refusalOf(net, client, channel, key);
  if (refusal !== undefined) return client.numeric(refusal[0], [name], refusal[1]);
  admit(net, client, channel ?? net.openChannel(name), name);
}

function refusalOf(net: Net, client: IrcClient, channel: Room, key: string): [string, string] | undefined {
  if (channel.invited.has(client)) return undefined;
  if (net.isBanned(client, channel)) return ['474', 'Cannot join channel (you\'re banned)'];
  if (channel.key !== undefined && channel.key !== key) return ['475', 'Cannot join channel (incorrect channel key)'];
  if (channel.modes.has('i')) return ['473', 'Cannot join channel (invite only)'];
  if (channel.limit !== undefined && channel.members.size >= channel.limit) return ['471', 'Cannot join channel (channel is full)'];
  return undefined;
}

/** Puts a client into a channel and says so. `spelling`: the joiner's own, which ngIRCd repeats to everybody. */
export function admit(net: Net, client: IrcClient, channel: Room, spelling = channel.name): void {
  const isNew = channel.members.size === 0;
  channel.members.set(client, new Set(isNew ? ['o'] : []));
  channel.invited.delete(client);
  client.channels.add(channel);
  const name = net.profile.name === 'ngircd' ? spelling : channel.name;
  announceJoin(net, client, name, channel.members.keys());
  if (isNew && net.profile.newChannelModes !== '') {
    client.send(net.format(net.serverName, 'MODE', channel.name, net.profile.newChannelModes));
  }
  if (channel.topic !== undefined) {
    client.numeric('332', [channel.name], channel.topic.text);
    client.numeric('333', [channel.name, channel.topic.by, String(channel.topic.at)]);
  }
  listNames(net, client, channel);
}

/** JOIN as each member's capabilities have it. */
export function announceJoin(net: Net, client: IrcClient, name: string, to: Iterable<IrcClient>): void {
  const plain = net.format(client.prefix, 'JOIN', name);
  const long = `:${client.prefix} JOIN ${name} ${client.account ?? '*'} :${client.realname}`;
  for (const member of to) {
    member.send(member.caps.has('extended-join') ? long : plain, { from: client });
    if (member !== client && client.away !== undefined && member.caps.has('away-notify')) {
      member.send(net.format(client.prefix, 'AWAY', client.away), { from: client });
    }
  }
}

/** 353 and 366. */
export function listNames(net: Net, client: IrcClient, channel: Room): void {
  const all = client.caps.has('multi-prefix');
  const kind = channel.modes.has('s') ? '@' : '=';
  const room = net.knobs.lineLength - 2 - `:${net.serverName} 353 ${client.nick} ${kind} ${channel.name} :`.length;
  let line = '';
  for (const member of channel.members.keys()) {
    const shown = client.caps.has('userhost-in-names') ? member.prefix : member.nick;
    const item = `${channel.marksOf(member, net.profile.prefixes, all)}${shown}`;
    if (line.length + item.length + 1 > room) {
      client.numeric('353', [kind, channel.name], line);
      line = '';
    }
    line += line === '' ? item : ` ${item}`;
  }
  if (line !== '') client.numeric('353', [kind, channel.name], line);
  client.numeric('366', [channel.name], 'End of /NAMES list.');
}

export function names(net: Net, client: IrcClient, { params }: IrcLine): void {
  const channel = net.channel(params[0] ?? '');
  if (channel === undefined || (channel.modes.has('s') && !channel.members.has(client))) {
    return client.numeric('366', [params[0] ?? '*'], 'End of /NAMES list.');
  }
  listNames(net, client, channel);
}

export function part(net: Net, client: IrcClient, { params }: IrcLine): void {
  const [list = '', reason = ''] = params;
  if (list === '') return client.numeric('461', ['PART'], 'Not enough parameters.');
  for (const name of list.split(',')) {
    const channel = net.channel(name);
    if (channel === undefined) client.numeric('403', [name], 'No such channel');
    else if (!channel.members.has(client)) client.numeric('442', [name], 'You\'re not on that channel');
    else leave(net, client, channel, reason);
  }
}

function leave(net: Net, client: IrcClient, channel: Room, reason: string): void {
  const params = reason === '' ? [channel.name] : [channel.name, reason];
  net.tell([...channel.members.keys()], net.format(client.prefix, 'PART', ...params), { from: client });
  net.leaveChannel(client, channel);
}

export function kick(net: Net, client: IrcClient, { params }: IrcLine): void {
  const [name = '', who = '', why] = params;
  if (who === '') return client.numeric('461', ['KICK'], 'Not enough parameters.');
  const channel = net.channel(name);
  if (channel === undefined) return client.numeric('403', [name], 'No such channel');
  if (!channel.members.has(client)) return client.numeric('442', [name], 'You\'re not on that channel');
  const victim = net.find(who);
  if (victim === undefined || !channel.members.has(victim)) {
    return client.numeric('441', [who, name], 'They aren\'t on that channel');
  }
  if (!channel.has(client, 'qaoh')) return client.numeric('482', [name], 'You must be a channel operator');
  kickOut(net, client.prefix, channel, victim, why ?? client.nick);
}

/** KICK by whoever `source` names. */
export function kickOut(net: Net, source: string, channel: Room, victim: IrcClient, why: string): void {
  const line = net.format(source, 'KICK', channel.name, victim.nick, why.slice(0, net.profile.kickLength));
  net.tell([...channel.members.keys()], line);
  net.leaveChannel(victim, channel);
}

export function invite(net: Net, client: IrcClient, { params }: IrcLine): void {
  const [who = '', name = ''] = params;
  if (name === '') return client.numeric('461', ['INVITE'], 'Not enough parameters.');
  const guest = net.find(who);
  const channel = net.channel(name);
  if (guest === undefined) return client.numeric('401', [who], 'No such nick');
  if (channel === undefined) return client.numeric('403', [name], 'No such channel');
  if (!channel.members.has(client)) return client.numeric('442', [name], 'You\'re not on that channel');
  if (channel.members.has(guest)) return client.numeric('443', [who, name], 'is already on channel');
  if (channel.modes.has('i') && !channel.has(client, 'qaoh')) {
    return client.numeric('482', [name], 'You must be a channel operator');
  }
  channel.invited.add(guest);
  client.numeric('341', [guest.nick, channel.name]);
  const line = net.format(client.prefix, 'INVITE', guest.nick, channel.name);
  guest.send(line, { from: client });
  for (const [member] of channel.members) {
    if (member !== client && member.caps.has('invite-notify')) member.send(line, { from: client });
  }
}

export function topic(net: Net, client: IrcClient, { params }: IrcLine): void {
  const [name = '', text] = params;
  const channel = net.channel(name);
  if (channel === undefined) return client.numeric('403', [name], 'No such channel');
  if (!channel.members.has(client)) return client.numeric('442', [name], 'You\'re not on that channel');
  if (text === undefined) {
    if (channel.topic === undefined) return client.numeric('331', [channel.name], 'No topic is set.');
    client.numeric('332', [channel.name], channel.topic.text);
    return client.numeric('333', [channel.name, channel.topic.by, String(channel.topic.at)]);
  }
  if (channel.modes.has('t') && !channel.has(client, 'qaoh')) {
    return client.numeric('482', [name], 'You must be a channel operator');
  }
  const cut = text.slice(0, net.profile.topicLength);
  channel.topic = cut === '' ? undefined : { text: cut, by: client.prefix, at: Math.floor(net.clock.now() / 1000) };
  net.tell([...channel.members.keys()], net.format(client.prefix, 'TOPIC', channel.name, cut), { from: client });
}
