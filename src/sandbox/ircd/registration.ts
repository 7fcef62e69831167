/** From connection to 001: PASS, NICK, USER, and what refuses them. */

import type { IrcClient } from './client.js';
import type { Net } from './net.js';
import { isupportOf } from './profile.js';
import type { IrcLine } from './wire.js';
import { matchesMask } from './wire.js';

/** NICK, before and after registration. */
export function nick(net: Net, client: IrcClient, { params }: IrcLine): void {
  const [asked = ''] = params;
  if (asked === '') return client.numeric('431', [], 'No nickname given');
  const { profile } = net;
  const wanted = profile.longNick === 'cut' ? asked.slice(0, profile.nickLength) : asked;
  const digit = profile.name === 'ergo' ? '' : '0-9';
  const good = new RegExp(`^[^-${digit}\\x00-\\x20,#:.*@!+?~&%$\\x7f-\\xff][\\w[\\]{}\\\\\`^|-]*$`, 'u').test(wanted);
  if (!good || wanted.length > profile.nickLength) return client.numeric('432', [asked], 'Erroneous Nickname');
  const holder = net.byNick.get(net.fold(wanted));
  if (holder !== undefined && holder !== client) {
    return client.numeric('433', [wanted], 'Nickname is already in use.');
  }
  if (wanted === client.nick) return;
  if (client.registered && !profile.bannedMayTalk) {
    const banned = [...client.channels].find((channel) => net.isBanned(client, channel) && !channel.has(client, 'ohaqv'));
    if (banned !== undefined) return refuseBanned(net, client, wanted, banned.name);
  }
  takeNick(net, client, wanted);
  if (!client.registered) welcomeWhenComplete(net, client);
}

function refuseBanned(net: Net, client: IrcClient, wanted: string, channel: string): void {
  if (net.profile.name === 'solanum') {
    client.numeric('435', [wanted, channel], 'Cannot change nickname because you are banned or quieted while in this channel.');
  } else if (net.profile.name === 'unreal') {
    client.numeric('437', [channel], 'Cannot change nickname while banned on channel');
  } else client.numeric('447', [], `Cannot change nickname while on ${channel} (you're banned)`);
}

/** Gives a client a nick and tells whoever sees it. */
export function takeNick(net: Net, client: IrcClient, wanted: string): void {
  if (client.registered) {
    const line = net.format(client.prefix, 'NICK', wanted);
    client.send(net.profile.bareSelf ? net.format(client.nick, 'NICK', wanted) : line, { from: client });
    net.tell(net.sharing(client), line, { from: client });
  }
  if (net.byNick.get(net.fold(client.nick)) === client) net.byNick.delete(net.fold(client.nick));
  client.nick = wanted;
  net.byNick.set(net.fold(wanted), client);
}

/** USER name mode unused :real name. */
export function user(net: Net, client: IrcClient, { params }: IrcLine): void {
  const { profile } = net;
  if (client.registered || client.user !== '') return client.numeric('462', [], 'You may not reregister');
  const [name = '', , , realname = ''] = params;
  if (params.length < 4) return client.numeric('461', ['USER'], 'Not enough parameters.');
  if (profile.badUser?.test(name) === true) {
    if (profile.userRefusal === 'disconnect') return client.close('Invalid username');
    return client.numeric('468', ['USER'], 'Your username is not valid');
  }
  const clean = profile.badUser === undefined ? name.replace(/[^\w.-]/gu, '') : name;
  const tilde = profile.name === 'unreal' ? '' : '~';
  client.user = profile.fixedUser ?? `${tilde}${clean.slice(0, profile.userLength)}`;
  client.realname = realname.slice(0, profile.realnameLength);
  welcomeWhenComplete(net, client);
}

export function pass(_net: Net, client: IrcClient, { params }: IrcLine): void {
  if (client.registered) return client.numeric('462', [], 'You may not reregister');
  client.password = params[0] ?? '';
}

/** Goes on to 001 when NICK, USER and, if it was begun, CAP END are there. */
export function welcomeWhenComplete(net: Net, client: IrcClient): void {
  if (client.welcoming || client.registered || client.negotiating || client.nick === '*' || client.user === '') return;
  const ban = net.knobs.bans.find(({ mask }) => matchesMask(net.fold(mask), net.fold(client.prefix)));
  if (ban !== undefined) {
    client.numeric('465', [], `You are banned from this server- ${ban.reason}`);
    return client.close(net.profile.name === 'inspircd' ? `K-lined: ${ban.reason}` : 'K-Lined');
  }
  const { serverPassword, welcomeDelayMs, holdWelcomes } = net.knobs;
  if (serverPassword !== undefined && client.password !== serverPassword) {
    client.numeric('464', [], 'Password incorrect');
    return client.close('Access denied by configuration');
  }
  client.welcoming = true;
  if (holdWelcomes) return;
  // Never within the same read: a pipelined command must meet the state "not registered yet", as on the real ones.
  if (welcomeDelayMs > 0) net.clock.after(welcomeDelayMs, () => welcome(net, client));
  else queueMicrotask(() => setImmediate(() => welcome(net, client)));
}

/** 001 to the end of the MOTD. */
export function welcome(net: Net, client: IrcClient): void {
  if (client.gone || client.registered) return;
  const { profile } = net;
  const text = `Welcome to the ${profile.network} Internet Relay Chat Network ${profile.fullWelcome ? client.prefix : client.nick}`;
  client.welcoming = false;
  client.registered = true;
  client.numeric('001', [], text);
  client.numeric('002', [], `Your host is ${net.serverName}, running version ${profile.version}`);
  client.numeric('003', [], 'This server was created for trying things out');
  client.numeric('004', [net.serverName, profile.version, profile.userModes, 'biklmnostv', 'bklov']);
  const tokens = isupportOf(profile, net.knobs.lineLength);
  for (let i = 0; i < tokens.length; i += 13) {
    client.numeric('005', tokens.slice(i, i + 13), 'are supported by this server');
  }
  client.numeric('251', [], `There are ${net.clients.size} users and 0 invisible on 1 servers`);
  client.numeric('255', [], `I have ${net.clients.size} clients and 0 servers`);
  motd(net, client);
  client.intake.drain();
}

export function motd(net: Net, client: IrcClient): void {
  if (net.motd.length === 0) return client.numeric('422', [], 'MOTD File is missing');
  client.numeric('375', [], `${net.serverName} message of the day`);
  for (const line of net.motd) client.numeric('372', [], `- ${line}`);
  client.numeric('376', [], 'End of message of the day.');
}
