/** CAP and AUTHENTICATE (IRCv3 capability negotiation, SASL 3.1 with PLAIN). */

import type { IrcClient } from './client.js';
import type { Net } from './net.js';
import { welcomeWhenComplete } from './registration.js';
import type { IrcLine } from './wire.js';

/** CAP LS, LIST, REQ and END. */
export function cap(net: Net, client: IrcClient, { params }: IrcLine): void {
  const [verb = '', what = ''] = params;
  const say = (reply: string, list: string): void => {
    client.send(`:${net.serverName} CAP ${client.nick} ${reply} :${list}`);
  };
  switch (verb.toUpperCase()) {
    case 'LS':
      if (!client.registered) client.negotiating = true;
      if (Number(what) >= 302 && net.caps.has('cap-notify')) client.caps.add('cap-notify');
      return say('LS', offered(net, Number(what) >= 302).join(' '));
    case 'LIST':
      return say('LIST', [...client.caps].join(' '));
    case 'REQ': {
      if (!client.registered) client.negotiating = true;
      const asked = what.split(' ').filter((name) => name !== '');
      const known = new Set(offered(net, false));
      if (!asked.every((name) => known.has(name.replace(/^-/u, '')))) return say('NAK', what);
      for (const name of asked) {
        if (name.startsWith('-')) client.caps.delete(name.slice(1));
        else client.caps.add(name);
      }
      return say('ACK', what);
    }
    case 'END':
      if (client.registered) return;
      client.negotiating = false;
      return welcomeWhenComplete(net, client);
    default:
      return client.numeric('410', [verb === '' ? '*' : verb], 'Invalid CAP subcommand');
  }
}

function offered(net: Net, withValues: boolean): string[] {
  const sasl = net.knobs.accounts.size > 0 ? [withValues ? 'sasl=PLAIN' : 'sasl'] : [];
  return [...[...net.caps].map((name) => (withValues ? name : (name.split('=')[0] ?? name))), ...sasl];
}

/** AUTHENTICATE: PLAIN in pieces of 400, `*` to give up. */
export function authenticate(net: Net, client: IrcClient, { params }: IrcLine): void {
  const [piece = ''] = params;
  if (!client.caps.has('sasl')) return client.numeric('421', ['AUTHENTICATE'], 'Unknown command');
  if (client.account !== undefined) return client.numeric('907', [], 'You have already authenticated using SASL');
  if (piece === '*') {
    client.sasl = undefined;
    return client.numeric('906', [], 'SASL authentication aborted');
  }
  if (client.sasl === undefined) {
    if (piece.toUpperCase() !== 'PLAIN') {
      client.numeric('908', ['PLAIN'], 'are available SASL mechanisms');
      return client.numeric('904', [], 'SASL authentication failed');
    }
    client.sasl = '';
    return client.send(net.profile.colons === 'always' ? 'AUTHENTICATE :+' : 'AUTHENTICATE +');
  }
  if (piece.length > 400) {
    client.sasl = undefined;
    return client.numeric('905', [], 'SASL message too long');
  }
  client.sasl += piece === '+' ? '' : piece;
  if (piece.length === 400) return;
  const [, name = '', password = ''] = Buffer.from(client.sasl, 'base64').toString('utf8').split('\0');
  client.sasl = undefined;
  if (name === '' || net.knobs.accounts.get(name) !== password) {
    return client.numeric('904', [], 'SASL authentication failed');
  }
  client.account = name;
  client.numeric('900', [client.registered ? client.prefix : `${client.nick}!*@*`, name], `You are now logged in as ${name}`);
  client.numeric('903', [], 'SASL authentication successful');
}

/** Takes a capability back, or offers a new one, with `cap-notify`. */
export function changeCaps(net: Net, verb: 'NEW' | 'DEL', name: string): void {
  if (verb === 'NEW') net.caps.add(name);
  else net.caps.delete(name);
  for (const client of net.clients) {
    if (!client.caps.has('cap-notify')) continue;
    if (verb === 'DEL') client.caps.delete(name);
    client.send(`:${net.serverName} CAP ${client.nick} ${verb} :${name}`);
  }
}
