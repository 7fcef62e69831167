/** What a server operator, services or fate do to the network: knobs of tests, and of the demo. */

import type { IrcClient } from './client.js';
import { admit, announceJoin, kickOut } from './membership.js';
import { applyChannelModes } from './modes.js';
import type { Net, Room } from './net.js';
import { takeNick } from './registration.js';
import { matchesMask, toBytes } from './wire.js';

interface Membership {
  readonly channel: Room;
  readonly marks: Set<string>;
}

export class Operator {
  private readonly net: Net;
  private readonly away = new Map<IrcClient, Membership[]>();

  constructor(net: Net) {
    this.net = net;
  }

  private need(nick: string): IrcClient {
    const client = this.net.find(nick);
    if (client === undefined) throw new Error(`nobody is called ${nick}`);
    return client;
  }

  private room(name: string): Room {
    const channel = this.net.channel(toBytes(name));
    if (channel === undefined) throw new Error(`there is no channel ${name}`);
    return channel;
  }

  /** KILL. */
  kill(nick: string, reason: string, by = 'oper'): void {
    const victim = this.need(nick);
    victim.send(this.net.format(`${by}!oper@${this.net.serverName}`, 'KILL', victim.nick, reason));
    victim.close(`Killed (${by} (${toBytes(reason)}))`);
  }

  /** A K-line: whoever matches `nick!user@host` is put off, and not let in again. */
  ban(mask: string, reason: string): void {
    this.net.knobs.bans.push({ mask, reason });
    for (const client of [...this.net.clients]) {
      if (!client.registered || !matchesMask(this.net.fold(mask), this.net.fold(client.prefix))) continue;
      client.numeric('465', [], `You are banned from this server- ${reason}`);
      client.close(this.net.profile.name === 'inspircd' ? `K-lined: ${reason}` : 'K-Lined');
    }
  }

  kick(channel: string, nick: string, reason: string): void {
    kickOut(this.net, this.net.serverName, this.room(channel), this.need(nick), toBytes(reason));
  }

  /** MODE by the server, as `mode('#c', '+o', 'nick')`. */
  mode(channel: string, letters: string, ...params: string[]): void {
    applyChannelModes(this.net, undefined, this.net.serverName, this.room(channel), letters, params);
  }

  /** Puts a client into a channel without asking it (SAJOIN). */
  join(nick: string, channel: string): void {
    admit(this.net, this.need(nick), this.net.openChannel(toBytes(channel)));
  }

  /** Changes a nick by force, as services and collisions do. */
  rename(nick: string, to: string): void {
    takeNick(this.net, this.need(nick), to);
  }

  /** Gives another host: CHGHOST to those with `chghost`, QUIT and JOIN to the rest, 396 to the client itself. */
  changeHost(nick: string, host: string): void {
    const client = this.need(nick);
    const before = client.prefix;
    const others = [...this.net.sharing(client)];
    const plain = others.filter((other) => !other.caps.has('chghost'));
    this.net.tell(plain, this.net.format(before, 'QUIT', 'Changing host'));
    client.host = host;
    const line = `:${before} CHGHOST ${client.user} ${host}`;
    for (const other of [client, ...others]) if (other.caps.has('chghost')) other.send(line, { from: client });
    for (const channel of client.channels) {
      for (const other of plain) {
        if (channel.members.has(other)) other.send(this.net.format(client.prefix, 'JOIN', channel.name), { from: client });
      }
    }
    client.numeric('396', [host], 'is now your displayed host');
  }

  /** Bytes straight to a client. */
  sendRaw(nick: string, data: string | Buffer): void {
    this.need(nick).sendRaw(data);
  }

  /** The server no longer reads what the client sends; its kernel's buffers fill up. */
  stopReading(nick: string): void {
    this.need(nick).socket.pause();
  }

  readAgain(nick: string): void {
    this.need(nick).socket.resume();
  }

  /** Splits these clients off: the rest sees them quit with two server names, and they see the rest quit. */
  split(nicks: readonly string[], reason = 'hub.sandbox.test leaf.sandbox.test'): void {
    const gone = nicks.map((nick) => this.need(nick));
    for (const client of gone) {
      const staying = [...this.net.sharing(client)].filter((other) => !gone.includes(other) && !other.split);
      this.net.tell(staying, this.net.format(client.prefix, 'QUIT', reason), { from: client });
      for (const other of staying) client.send(this.net.format(other.prefix, 'QUIT', reason), { from: other });
    }
    for (const client of gone) {
      const held = [...client.channels].map((channel) => ({ channel, marks: channel.members.get(client) ?? new Set<string>() }));
      this.away.set(client, held);
      client.split = true;
      for (const { channel } of held) channel.members.delete(client);
    }
  }

  /** Brings the split-off ones back: JOIN, then the modes they had. */
  heal(): void {
    for (const [client, held] of this.away) {
      if (client.gone) continue;
      client.split = false;
      for (const { channel, marks } of held) {
        for (const other of channel.members.keys()) client.send(this.net.format(other.prefix, 'JOIN', channel.name), { from: other });
        this.net.channels.set(this.net.fold(channel.name), channel);
        const staying = [...channel.members.keys()];
        channel.members.set(client, marks);
        announceJoin(this.net, client, channel.name, staying);
        if (marks.size > 0) {
          const letters = [...marks].join('');
          const line = this.net.format(this.net.serverName, 'MODE', channel.name, `+${letters}`, ...[...marks].map(() => client.nick));
          this.net.tell(staying, line);
        }
      }
    }
    this.away.clear();
  }
}
