/** MODE of channels and of oneself. */

import type { IrcClient } from './client.js';
import type { Net, Room } from './net.js';
import type { IrcLine } from './wire.js';

interface Change {
  readonly sign: string;
  readonly letter: string;
  readonly param?: string;
}

export function mode(net: Net, client: IrcClient, line: IrcLine): void {
  const [target = ''] = line.params;
  if (target === '') return client.numeric('461', ['MODE'], 'Not enough parameters.');
  if (net.isChannel(target)) channelMode(net, client, line.params);
  else userMode(net, client, line.params);
}

function channelMode(net: Net, client: IrcClient, [name = '', letters = '', ...params]: readonly string[]): void {
  const channel = net.channel(name);
  if (channel === undefined) return client.numeric(net.profile.missingChannel, [name], 'No such channel');
  if (letters === '') {
    client.numeric('324', [channel.name, channel.modeLine(channel.members.has(client))]);
    return client.numeric('329', [channel.name, String(channel.created)]);
  }
  if (/^\+?b$/u.test(letters) && params.length === 0) return listBans(client, channel);
  if (!channel.has(client, 'qaoh')) return client.numeric('482', [name], 'You must be a channel operator');
  applyChannelModes(net, client, client.prefix, channel, letters, params);
}

function listBans(client: IrcClient, channel: Room): void {
  for (const { mask, by, at } of channel.bans) client.numeric('367', [channel.name, mask, by, String(at)]);
  client.numeric('368', [channel.name], 'End of channel ban list');
}

/** Changes the modes one by one, tells the members what came of it. `asker` gets the refusals, if there is one. */
export function applyChannelModes(
  net: Net,
  asker: IrcClient | undefined,
  source: string,
  channel: Room,
  letters: string,
  given: readonly string[],
): void {
  const params = [...given];
  const done: Change[] = [];
  let sign = '+';
  for (const letter of letters) {
    if (letter === '+' || letter === '-') sign = letter;
    else if (done.length < net.profile.modesPerLine) {
      const change = applyOne(net, asker, source, channel, sign, letter, params);
      if (change !== undefined) done.push(change);
    }
  }
  if (done.length === 0) return;
  const lines = net.profile.name === 'ngircd' ? done.map((change) => [change]) : [done];
  for (const changes of lines) {
    net.tell([...channel.members.keys()], net.format(source, 'MODE', channel.name, ...written(changes)));
  }
}

function written(changes: readonly Change[]): string[] {
  let text = '';
  let sign = '';
  for (const change of changes) {
    text += (change.sign === sign ? '' : change.sign) + change.letter;
    sign = change.sign;
  }
  return [text, ...changes.flatMap(({ param }) => (param === undefined ? [] : [param]))];
}

function applyOne(
  net: Net,
  asker: IrcClient | undefined,
  source: string,
  channel: Room,
  sign: string,
  letter: string,
  params: string[],
): Change | undefined {
  const plus = sign === '+';
  if (net.profile.prefixes.some(([prefixMode]) => prefixMode === letter)) {
    return applyPrefix(net, asker, channel, sign, letter, params.shift());
  }
  switch (letter) {
    case 'b': {
      const mask = params.shift();
      if (mask === undefined) return undefined;
      const at = channel.bans.findIndex((ban) => net.fold(ban.mask) === net.fold(mask));
      if (plus === at >= 0) return undefined;
      if (plus) channel.bans.push({ mask: fullMask(mask), by: source, at: Math.floor(net.clock.now() / 1000) });
      else channel.bans.splice(at, 1);
      return { sign, letter, param: fullMask(mask) };
    }
    case 'k': {
      const key = params.shift();
      if (key === undefined || (!plus && channel.key === undefined)) return undefined;
      channel.key = plus ? key : undefined;
      return { sign, letter, param: key };
    }
    case 'l': {
      if (!plus) {
        if (channel.limit === undefined) return undefined;
        channel.limit = undefined;
        return { sign, letter };
      }
      const limit = Number(params.shift());
      if (!Number.isSafeInteger(limit) || limit < 1) return undefined;
      channel.limit = limit;
      return { sign, letter, param: String(limit) };
    }
    case 'i':
    case 'm':
    case 'n':
    case 's':
    case 't':
      if (channel.modes.has(letter) === plus) return undefined;
      if (plus) channel.modes.add(letter);
      else channel.modes.delete(letter);
      return { sign, letter };
    default:
      asker?.numeric('472', [letter], 'is not a recognised channel mode.');
      return undefined;
  }
}

function applyPrefix(
  net: Net,
  asker: IrcClient | undefined,
  channel: Room,
  sign: string,
  letter: string,
  who: string | undefined,
): Change | undefined {
  if (who === undefined) return undefined;
  const member = net.find(who);
  const own = member === undefined ? undefined : channel.members.get(member);
  if (member === undefined || own === undefined) {
    asker?.numeric(member === undefined ? '401' : '441', [who, channel.name], 'They aren\'t on that channel');
    return undefined;
  }
  const plus = sign === '+';
  if (own.has(letter) === plus) return undefined;
  if (plus) own.add(letter);
  else own.delete(letter);
  return { sign, letter, param: member.nick };
}

function fullMask(mask: string): string {
  if (mask.includes('!') && mask.includes('@')) return mask;
  return mask.includes('@') ? `*!${mask}` : `${mask}!*@*`;
}

function userMode(net: Net, client: IrcClient, [who = '', letters = '']: readonly string[]): void {
  const { profile } = net;
  if (net.fold(who) !== net.fold(client.nick)) {
    if (net.find(who) === undefined) return client.numeric('401', [who], 'No such nick');
    return client.numeric('502', [], 'Can\'t change mode for other users');
  }
  if (letters === '') return client.numeric('221', [`+${[...client.modes].join('')}`]);
  let sign = '+';
  const done: Change[] = [];
  for (const letter of letters) {
    if (letter === '+' || letter === '-') sign = letter;
    else if (!profile.userModes.includes(letter)) {
      if (profile.name === 'ergo') client.numeric('472', [letter], 'is an unknown mode character to me');
      else if (profile.name === 'ngircd') client.numeric('501', [], `Unknown mode "${sign}${letter}"`);
      else client.numeric('501', [letter], 'is not a recognised user mode.');
    } else if (letter !== 'o' && client.modes.has(letter) !== (sign === '+')) {
      if (sign === '+') client.modes.add(letter);
      else client.modes.delete(letter);
      done.push({ sign, letter });
    }
  }
  if (done.length === 0) return;
  if (profile.name === 'inspircd' && done.some(({ sign: s, letter }) => s === '+' && letter === 'd')) {
    client.send(
      `:${net.serverName} NOTICE ${client.nick} :*** You have enabled user mode +d, deaf mode. ` +
        'This mode means you WILL NOT receive any messages from any channels you are in.',
    );
  }
  client.send(net.format(profile.bareSelf ? client.nick : client.prefix, 'MODE', client.nick, written(done).join(' ')));
}
