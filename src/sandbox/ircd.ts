/** A small, strict IRC server on loopback: what the demo and the stories of `spec/` run on. */

import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Clock, Timer } from '../lib/clock.js';
import { systemClock } from '../lib/clock.js';
import { freePort } from './free-port.js';
import { changeCaps } from './ircd/capabilities.js';
import { IrcClient } from './ircd/client.js';
import { execute } from './ircd/commands.js';
import { openKnobs } from './ircd/knobs.js';
import { Net } from './ircd/net.js';
import { Operator } from './ircd/operator.js';
import { profiles } from './ircd/profile.js';
import type { ProfileName } from './ircd/profile.js';
import { welcome } from './ircd/registration.js';

export interface IrcdOptions {
  readonly profile?: ProfileName;
  /** 0 or absent: a free one. */
  readonly port?: number;
  readonly clock?: Clock;
  /** Instead of the profile's capabilities. */
  readonly caps?: readonly string[];
  readonly motd?: readonly string[];
  /** Lines kept of each connection and direction. */
  readonly recordLimit?: number;
  readonly pingMs?: number;
  readonly dropMs?: number;
}

/** Closed connections that stay readable for tests. */
const CONNECTIONS_KEPT = 5000;

export class SandboxIrcd {
  readonly net: Net;
  readonly operator: Operator;
  /** All connections, the closed ones too, oldest first. */
  readonly connections: IrcClient[] = [];
  private readonly options: IrcdOptions;
  private server: Server | undefined;
  private watch: Timer | undefined;
  private count = 0;
  private listening = 0;

  constructor(options: IrcdOptions = {}) {
    this.options = options;
    const profile = profiles[options.profile ?? 'inspircd'];
    this.net = new Net({
      profile,
      clock: options.clock ?? systemClock,
      knobs: openKnobs(),
      caps: options.caps ?? profile.caps,
      serverName: `irc.${profile.name}.test`,
      motd: options.motd ?? ['A sandbox. Nothing here is kept.'],
      recordLimit: options.recordLimit ?? 100_000,
      execute: (client, line) => execute(this.net, client, line),
    });
    this.operator = new Operator(this.net);
  }

  /** The switches; see `Knobs`. */
  get knobs(): Net['knobs'] {
    return this.net.knobs;
  }

  get port(): number {
    return this.listening;
  }

  /** Listens; after a `stop` again on the same port. */
  async start(): Promise<number> {
    const port = this.listening === 0 ? (this.options.port ?? (await freePort())) : this.listening;
    const server = createServer({ allowHalfOpen: false, noDelay: true }, (socket) => this.accept(socket));
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    this.listening = (server.address() as AddressInfo).port;
    this.watch = this.net.clock.every(1000, () => this.lookForIdle());
    return this.listening;
  }

  private accept(socket: Socket): void {
    const { knobs, clients, serverName, clock } = this.net;
    socket.on('error', () => socket.destroy());
    if (knobs.accept === 'refused') return void socket.resetAndDestroy();
    if (knobs.accept === 'mute') return void socket.resume();
    const same = [...clients].filter((other) => other.socket.remoteAddress === socket.remoteAddress);
    if (knobs.accept === 'throttled' || same.length >= knobs.perAddress) {
      const why = knobs.accept === 'throttled' ? 'Throttled: Reconnecting too fast' : 'Too many host connections (local)';
      // Unread bytes would keep it half open for ever.
      return void socket.resume().end(`ERROR :Closing Link: 127.0.0.1 (${why})\r\n`);
    }
    this.count += 1;
    const client = new IrcClient(this.net, this.count, socket);
    clients.add(client);
    this.connections.push(client);
    if (this.connections.length > CONNECTIONS_KEPT) this.connections.shift();
    clock.after(this.net.profile.registerMs, () => {
      if (!client.registered && !knobs.holdWelcomes) client.close('Registration timeout');
    });
    if (this.net.profile.name === 'inspircd') client.send(`:${serverName} NOTICE * :*** Looking up your hostname...`);
  }

  /** PING to who is silent, and the end of who stays so. */
  private lookForIdle(): void {
    const { clock, profile, clients } = this.net;
    const pingMs = this.options.pingMs ?? profile.pingMs;
    const dropMs = this.options.dropMs ?? profile.dropMs;
    for (const client of [...clients]) {
      const idle = clock.elapsed() - client.intake.heardAt;
      if (!client.registered) continue;
      if (idle >= dropMs) client.close(`Ping timeout: ${Math.round(dropMs / 1000)} seconds`);
      else if (idle >= pingMs && client.pingedAt < client.intake.heardAt) {
        client.pingedAt = clock.elapsed();
        client.send(`PING :${this.net.serverName}`);
      }
    }
  }

  /** The registered client of a nick. */
  client(nick: string): IrcClient | undefined {
    return this.net.find(nick);
  }

  /** Runs the lines that `knobs.hold` has kept back. */
  release(): void {
    this.knobs.hold = false;
    for (const client of [...this.net.clients]) client.intake.drain();
  }

  /** Sends the 001s that `knobs.holdWelcomes` has kept back. */
  releaseWelcomes(): void {
    this.knobs.holdWelcomes = false;
    for (const client of [...this.net.clients]) if (client.welcoming) welcome(this.net, client);
  }

  /** Offers a capability to all, or takes it back. */
  cap(verb: 'NEW' | 'DEL', name: string): void {
    changeCaps(this.net, verb, name);
  }

  /** Every connection is reset (RST), as when the machine is pulled out of the wall. */
  resetAll(): void {
    for (const client of [...this.net.clients]) client.close('Connection reset by peer', { silent: true, reset: true });
  }

  /** No more connections; those that are there get ERROR (or, with `abruptly`, RST). */
  async stop(abruptly = false): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    this.server = undefined;
    this.watch?.end();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    if (abruptly) this.resetAll();
    for (const client of [...this.net.clients]) {
      client.close('Server going down');
      client.socket.destroySoon();
    }
    for (const client of this.connections) client.socket.unref();
    await closed;
  }
}
