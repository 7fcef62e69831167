/** Questions: WHO, WHOIS, LIST, ISON, USERHOST, and small talk with the server. */

import type { IrcClient } from './client.js';
import type { Net } from './net.js';
import type { IrcLine } from './wire.js';
import { matchesMask } from './wire.js';

export function who(net: Net, client: IrcClient, { params }: IrcLine): void {
  const [mask = '*'] = params;
  const channel = net.channel(mask);
  const found = channel === undefined ? [...net.clients].filter((other) => other.registered) : [...channel.members.keys()];
  for (const other of found) {
    if (channel === undefined && !matchesMask(net.fold(mask), net.fold(other.nick))) continue;
    const marks = channel?.marksOf(other, net.profile.prefixes, client.caps.has('multi-prefix')) ?? '';
    const flags = `${other.away === undefined ? 'H' : 'G'}${marks}`;
    client.numeric('352', [channel?.name ?? '*', other.user, other.host, net.serverName, other.nick, flags], `0 ${other.realname}`);
  }
  client.numeric('315', [mask], 'End of /WHO list.');
}

export function whois(net: Net, client: IrcClient, { params }: IrcLine): void {
  const asked = params.at(-1) ?? '';
  const other = net.find(asked);
  if (other === undefined) client.numeric('401', [asked], 'No such nick');
  else {
    client.numeric('311', [other.nick, other.user, other.host, '*'], other.realname);
    const seen = [...other.channels].filter((channel) => !channel.modes.has('s') || channel.members.has(client));
    if (seen.length > 0) {
      const list = seen.map((channel) => `${channel.marksOf(other, net.profile.prefixes, false)}${channel.name}`);
      client.numeric('319', [other.nick], list.join(' '));
    }
    client.numeric('312', [other.nick, net.serverName], 'sandbox');
    if (other.account !== undefined) client.numeric('330', [other.nick, other.account], 'is logged in as');
    if (other.away !== undefined) client.numeric('301', [other.nick], other.away);
    client.numeric('317', [other.nick, '0', '0'], 'seconds idle, signon time');
  }
  client.numeric('318', [asked], 'End of /WHOIS list.');
}

export function list(net: Net, client: IrcClient): void {
  client.numeric('321', ['Channel'], 'Users Name');
  for (const channel of net.channels.values()) {
    if (channel.modes.has('s') && !channel.members.has(client)) continue;
    client.numeric('322', [channel.name, String(channel.members.size)], channel.topic?.text ?? '');
  }
  client.numeric('323', [], 'End of channel list.');
}

export function ison(net: Net, client: IrcClient, { params }: IrcLine): void {
  const asked = params.flatMap((param) => param.split(' '));
  const on = asked.map((nick) => net.find(nick)?.nick).filter((nick) => nick !== undefined);
  client.numeric('303', [], on.join(' '));
}

export function userhost(net: Net, client: IrcClient, { params }: IrcLine): void {
  const found = params.slice(0, 5).map((nick) => net.find(nick)).filter((other) => other !== undefined);
  const shown = found.map((other) => `${other.nick}=${other.away === undefined ? '+' : '-'}${other.user}@${other.host}`);
  client.numeric('302', [], shown.join(' '));
}

export function ping(net: Net, client: IrcClient, { params }: IrcLine): void {
  const [token] = params;
  if (token === undefined) return client.numeric('409', [], 'No origin specified');
  client.send(`:${net.serverName} PONG ${net.serverName} :${token}`);
}

export function version(net: Net, client: IrcClient): void {
  client.numeric('351', [net.profile.version, net.serverName], 'sandbox');
}

export function quit(net: Net, client: IrcClient, { params }: IrcLine): void {
  const reason = params[0] ?? '';
  if (net.profile.name === 'ngircd') client.close(reason === '' ? 'Closing connection' : `"${reason}"`);
  else client.close(net.profile.quitPrefix ? `Quit: ${reason}` : reason);
}
