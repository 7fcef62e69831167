/** The little network: who is on it, which channels there are, and how a line reaches those who may hear it. */

import { BoundedMap } from '../../lib/bounded-map.js';
import type { Clock } from '../../lib/clock.js';
import { Channel } from './channel.js';
import type { Home, IrcClient, LineMeta } from './client.js';
import type { Knobs } from './knobs.js';
import type { Profile } from './profile.js';
import { foldAs, matchesMask, toText } from './wire.js';

export type LineListener = (client: IrcClient, way: 'in' | 'out', line: string) => void;

export type Room = Channel<IrcClient>;

export class Net implements Home {
  readonly profile: Profile;
  readonly clock: Clock;
  readonly knobs: Knobs;
  readonly caps: Set<string>;
  readonly serverName: string;
  readonly motd: readonly string[];
  readonly byNick = new Map<string, IrcClient>();
  readonly clients = new Set<IrcClient>();
  readonly channels = new Map<string, Room>();
  readonly listeners = new Set<LineListener>();
  readonly recordLimit: number;
  private readonly execute: (client: IrcClient, line: string) => void;
  private messages = 0;
  private batches = 0;
  private readonly said = new BoundedMap<string, { readonly author: IrcClient; readonly target: string }>(1000);

  constructor(parts: {
    profile: Profile; clock: Clock; knobs: Knobs; caps: readonly string[]; serverName: string; motd: readonly string[];
    recordLimit: number; execute: (client: IrcClient, line: string) => void;
  }) {
    this.profile = parts.profile;
    this.clock = parts.clock;
    this.knobs = parts.knobs;
    this.caps = new Set(parts.caps);
    this.serverName = parts.serverName;
    this.motd = parts.motd;
    this.recordLimit = parts.recordLimit;
    this.execute = parts.execute;
  }

  fold(name: string): string {
    return foldAs(this.profile.casemapping, name);
  }

  find(nick: string): IrcClient | undefined {
    const client = this.byNick.get(this.fold(nick));
    return client?.registered === true && !client.split ? client : undefined;
  }

  channel(name: string): Room | undefined {
    return this.channels.get(this.fold(name));
  }

  isChannel(name: string): boolean {
    return name !== '' && this.profile.channelTypes.includes(name.charAt(0));
  }

  /** The channel, made when there is none. */
  openChannel(name: string): Room {
    const found = this.channel(name);
    if (found !== undefined) return found;
    const channel = new Channel<IrcClient>(name, Math.floor(this.clock.now() / 1000));
    this.channels.set(this.fold(name), channel);
    return channel;
  }

  isBanned(client: IrcClient, channel: Room): boolean {
    return channel.bans.some((ban) => matchesMask(this.fold(ban.mask), this.fold(client.prefix)));
  }

  /** Takes a member out; a channel without members is no more. */
  leaveChannel(client: IrcClient, channel: Room): void {
    channel.members.delete(client);
    channel.invited.delete(client);
    client.channels.delete(channel);
    if (channel.members.size === 0) this.channels.delete(this.fold(channel.name));
  }

  /** Those who share a channel with the client, itself left out. */
  sharing(client: IrcClient): Set<IrcClient> {
    const others = new Set<IrcClient>();
    for (const channel of client.channels) for (const member of channel.members.keys()) others.add(member);
    others.delete(client);
    return others;
  }

  /** A line of a client or of the server to whoever is given. */
  tell(to: Iterable<IrcClient>, line: string, meta: LineMeta = {}): void {
    for (const client of to) client.send(line, meta);
  }

  /** Writes `:source COMMAND params`, with the last parameter's colon as the profile has it. */
  format(source: string, command: string, ...params: readonly string[]): string {
    const last = params.at(-1) ?? '';
    const text = ['PRIVMSG', 'NOTICE', 'TOPIC', 'KICK', 'QUIT', 'PART', 'AWAY'].includes(command) && params.length > 1;
    const colon =
      last === '' || last.includes(' ') || last.startsWith(':') || text || command === 'QUIT' ||
      this.profile.colons === 'always' || (this.profile.colons === 'join' && command === 'JOIN');
    const head = [`:${source}`, command, ...params.slice(0, -1)].join(' ');
    return params.length === 0 ? head : `${head} ${colon ? ':' : ''}${last}`;
  }

  /** Remembers a message that may be deleted; the oldest are forgotten. */
  remember(msgid: string, message: { readonly author: IrcClient; readonly target: string }): void {
    this.said.set(msgid, message);
  }

  message(msgid: string): { readonly author: IrcClient; readonly target: string } | undefined {
    return this.said.get(msgid);
  }

  forgetMessage(msgid: string): void {
    this.said.delete(msgid);
  }

  nextBatch(): string {
    this.batches += 1;
    return this.batches.toString(36);
  }

  nextMessageId(): string | undefined {
    this.messages += 1;
    return this.profile.msgids ? `00A~${this.messages}~sandbox` : undefined;
  }

  /** Whether the client's lines wait: all do, or this one's 001 has not come yet and its server lets early lines wait. */
  holds(client: IrcClient): boolean {
    return this.knobs.hold || (client.welcoming && this.profile.early === 'wait');
  }

  run(client: IrcClient, line: string): void {
    this.execute(client, line);
  }

  record(client: IrcClient, way: 'in' | 'out', bytes: string): void {
    const line = toText(bytes);
    const list = way === 'in' ? client.received : client.sent;
    list.push({ at: this.clock.elapsed(), line });
    if (list.length > this.recordLimit) list.splice(0, Math.ceil(this.recordLimit / 10));
    for (const listener of this.listeners) listener(client, way, line);
  }

  /** The ERROR line with which this server closes a connection. */
  closingLine(client: IrcClient, reason: string): string {
    if (this.profile.name === 'inspircd') return `ERROR :Closing link: (${client.user}@${client.host}) [${reason}]`;
    if (this.profile.name === 'ngircd' || this.profile.name === 'ergo') return `ERROR :${reason}`;
    return `ERROR :Closing Link: ${client.host} (${reason})`;
  }

  /** Takes a client off the network, with QUIT to those who shared a channel. */
  forget(client: IrcClient, reason: string): void {
    if (client.registered && !client.split) {
      this.tell(this.sharing(client), this.format(client.prefix, 'QUIT', reason), { from: client });
    }
    for (const channel of [...client.channels]) this.leaveChannel(client, channel);
    for (const channel of this.channels.values()) channel.invited.delete(client);
    if (this.byNick.get(this.fold(client.nick)) === client) this.byNick.delete(this.fold(client.nick));
    this.clients.delete(client);
  }
}
