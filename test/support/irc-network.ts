/** A network of ours on a scripted server, and what it told. */

import type { z } from 'zod';
import { network as section, networkDefaults } from '../../src/config/network.js';
import type { Clock } from '../../src/lib/clock.js';
import { systemClock } from '../../src/lib/clock.js';
import { quiet } from '../../src/lib/log.js';
import type { UserId } from '../../src/model/ids.js';
import { asNetworkName, type ChannelName, type Nick } from '../../src/model/irc-names.js';
import type { IrcEvent, IrcEventOf } from '../../src/model/irc-event.js';
import type { StrictHosts } from '../../src/irc/connection/strict.js';
import { FrameworkNetwork } from '../../src/irc/network.js';
import type { ClientWish, VirtualClient } from '../../src/irc/port.js';
import { ScriptServer } from './irc-script.js';

export const nick = (text: string): Nick => text as Nick;
export const channel = (text: string): ChannelName => text as ChannelName;
export const person = (name: string): UserId => `@${name}:hs` as UserId;
export const wish = (name: string, more: Partial<ClientWish> = {}): ClientWish => ({
  nick: nick(name),
  ident: name.toLowerCase(),
  realname: `Real ${name}`,
  ...more,
});

export class Bench {
  readonly server: ScriptServer;
  readonly network: FrameworkNetwork;
  readonly events: IrcEvent[] = [];

  private constructor(server: ScriptServer, network: FrameworkNetwork) {
    this.server = server;
    this.network = network;
    network.onEvent((event) => this.events.push(event));
  }

  /** Nothing is started. No pacing and no spacing unless told. */
  static async make(config: z.input<typeof section> = {}, clock: Clock = systemClock, name = '127.0.0.1', strict?: StrictHosts): Promise<Bench> {
    const server = await ScriptServer.listen();
    const ircClients = { flood: false as const, reconnectIntervalMs: 0, ...config.ircClients };
    const metrics = { count: () => undefined, time: () => undefined, set: () => undefined };
    const network = new FrameworkNetwork({
      clock,
      metrics,
      log: quiet,
      version: '1.2.3',
      name: asNetworkName(name),
      config: networkDefaults({ port: server.port, ...config, ircClients }),
      ...(strict && { strict }),
    });
    return new Bench(server, network);
  }

  /** A registered client of a person. */
  async client(name: string, more: Partial<ClientWish> = {}): Promise<VirtualClient> {
    const outcome = await this.network.connect(person(name), wish(name, more));
    if (!outcome.ok) throw new Error(outcome.refusal.say);
    return outcome.value;
  }

  of<K extends IrcEvent['kind']>(kind: K): IrcEventOf<K>[] {
    return this.events.filter((event): event is IrcEventOf<K> => event.kind === kind);
  }

  async end(): Promise<void> {
    await this.network.stop('test over');
    await this.server.close();
  }
}
