/** All clients of one network: makes them from config and wishes, knows them by owner and nick. */

import { randomInt } from 'node:crypto';
import type { NetworkConfig } from '../config/network.js';
import { obeyedTlsOptions } from '../config/tls-options.js';
import type { Log } from '../lib/log.js';
import type { Metrics } from '../metrics/port.js';
import type { ClientOwner, NetworkName } from '../model/irc-names.js';
import type { CaseMapping } from '../naming/casefold.js';
import { Addresses } from './connection/addresses.js';
import { ChannelBudgets } from './channel-budget.js';
import { FrameworkClient } from './client.js';
import type { ClientNeeds, ClientWatcher } from './client-needs.js';
import { ConnectQueue } from './connection/connect-queue.js';
import { Deafness } from './deafness.js';
import type { IdentTable } from './ident/ident-table.js';
import type { ClientWish } from './port.js';
import { Registry } from './registry.js';
import { Rests } from './connection/rests.js';
import type { TlsWish } from './connection/socket.js';
import { LINE_BYTES } from './wire/clean-line.js';
import type { SessionNeeds } from './connection/session.js';
import { StrictLink, type StrictHosts } from './connection/strict.js';

/** A write without progress for so long ends the connection (RELIABILITY R3). */
const WRITE_MS = 60_000;
/** A network that comes and goes is not stormed each time it lets one of us in. */
const WAKE_EVERY_MS = 30_000;
/** Lines that made trouble are logged once in so long (they are an attacker's to send). */
const FAULT_EVERY_MS = 1000;

export interface FleetNeeds {
  readonly clock: ClientNeeds<FrameworkClient>['clock'];
  readonly log: Log;
  readonly metrics: Metrics;
  readonly name: NetworkName;
  readonly config: NetworkConfig;
  readonly facts: ClientNeeds<FrameworkClient>['facts'];
  /** Of the bridge, told to who asks by CTCP. */
  readonly version?: string;
  /** `ics.encodingFallback`. */
  readonly encodingFallback?: string;
  /** Which hosts want TLS, over all networks. */
  readonly strict?: StrictHosts;
  /** Told of every socket, where ident is on. */
  readonly idents?: IdentTable;
  readonly watcher: ClientWatcher<FrameworkClient>;
  verdict(client: FrameworkClient, buf: Buffer, start: number, end: number): 'pass' | 'drop' | 'hold';
  /** Whether a channel needs a client to hear. */
  needed(client: FrameworkClient): boolean;
  /** Whether a channel needs it to hear, or may soon. */
  near(client: FrameworkClient): boolean;
  /** See `Listeners.hears`. */
  hears(client: FrameworkClient, how: 'no' | 'soon' | 'yes'): void;
}

/** In [0, 1). */
function chance(): number {
  return randomInt(0x1_0000_0000) / 0x1_0000_0000;
}

export class Fleet {
  readonly registry: Registry<FrameworkClient>;
  readonly #needs: FleetNeeds;
  readonly #queue: ConnectQueue;
  readonly #budgets: ChannelBudgets;
  readonly #addresses: Addresses;
  readonly #rests: Rests;
  readonly #deafness = new WeakMap<FrameworkClient, Deafness>();
  #faultAt = -Infinity;
  #wokeAt = -Infinity;

  constructor(needs: FleetNeeds) {
    const { clock, config, facts, log, name } = needs;
    this.#needs = needs;
    this.registry = new Registry(clock);
    facts.onNoChannels = () => log.warn('the network says that it has no channels (CHANTYPES=): nothing of it can be bridged', { network: name });
    this.#budgets = new ChannelBudgets(clock);
    this.#rests = new Rests(clock);
    this.#queue = new ConnectQueue({
      clock,
      spacingMs: config.ircClients.reconnectIntervalMs,
      atOnce: config.ircClients.concurrentReconnectLimit,
      onPause: (pauseMs) => log.error('network bans us as a whole, connecting paused', { network: name, pauseMs }),
    });
    const hosts = [...(config.onlyAdditionalAddresses ? [] : [name]), ...config.additionalAddresses];
    this.#addresses = new Addresses(hosts, chance);
  }

  /** The bot, not connecting yet. */
  makeBot(): FrameworkClient {
    const { nick, username, password } = this.#needs.config.botConfig;
    // A nick by the rule of the config; the server is asked in any case.
    const wish = { nick: nick as ClientWish['nick'], ident: username, realname: 'Matrix bridge' };
    return this.#make('bot', { ...wish, ...(password === undefined ? {} : { password }) }, username);
  }

  /** A person's client, not connecting yet. */
  makePerson(owner: Exclude<ClientOwner, 'bot'>, wish: ClientWish): FrameworkClient {
    return this.#make(owner, wish, wish.saslAccount);
  }

  /** A client of the fleet was let in. */
  connected(client: FrameworkClient): void {
    this.#addresses.good(client);
    const now = this.#needs.clock.elapsed();
    if (now - this.#wokeAt < WAKE_EVERY_MS) return;
    this.#wokeAt = now;
    for (const other of this.registry.clients) other.life.wake();
  }

  /** CASEMAPPING changed. */
  rekey(mapping: CaseMapping): void {
    this.registry.rekey(mapping);
    this.#budgets.rekey(mapping);
    for (const client of this.registry.clients) client.rekey();
  }

  /** Ends every client within ten seconds, whatever the servers do: each gives up by itself after two. */
  async stop(reason: string): Promise<void> {
    this.#queue.end();
    this.#budgets.end();
    this.#rests.end();
    await Promise.all(this.registry.clients.map((client) => client.end(reason)));
    await this.#needs.strict?.settled();
  }

  /** What keeps a client deaf: update it when the client may have to hear. */
  deafnessOf(client: FrameworkClient): Deafness | undefined {
    return this.#deafness.get(client);
  }

  /** A client may have to hear now: what it was sent is read at once, and it is deaf no more. */
  attend(client: FrameworkClient): void {
    client.life.session?.rouse();
    this.#deafness.get(client)?.update();
  }

  #make(owner: ClientOwner, wish: ClientWish, account: string | undefined): FrameworkClient {
    const { clock, config, facts, name, watcher } = this.#needs;
    const login = loginOf(config, wish, account);
    const deafness = new Deafness({
      clock,
      // The bot listens wherever it is.
      letter: () => (owner === 'bot' || config.ircClients.deaf === 'off' ? undefined : facts.deaf),
      nick: () => client.nick,
      needed: () => this.#needs.needed(client),
      hears: (how) => this.#needs.hears(client, how),
    });
    const client: FrameworkClient = new FrameworkClient({
      deafness,
      clock,
      facts,
      watcher,
      chance,
      queue: this.#queue,
      id: { network: name, owner },
      nick: wish.nick,
      ident: wish.ident,
      regainNick: config.ircClients.regainNick,
      pace: config.ircClients.flood,
      budgets: this.#budgets,
      ctcp: { on: config.ircClients.ctcp === 'on', version: this.#needs.version ?? 'unknown' },
      modes: owner === 'bot' ? '' : config.ircClients.userModes,
      same: (one, other) => facts.fold(one) === facts.fold(other),
      isOurs: (nick, me) => {
        const other = this.registry.byNick(nick);
        return other !== undefined && other !== me;
      },
      session: (me) => ({
        ...login,
        news: owner === 'bot' || !config.botConfig.enabled,
        realname: wish.realname,
        ...this.#where(me, wish),
        pingRateMs: config.ircClients.pingRateMs,
        pingTimeoutMs: config.ircClients.pingTimeoutMs,
      }),
    });
    this.#deafness.set(client, deafness);
    this.registry.add(client);
    return client;
  }

  /** Where and how the next connection goes: with TLS where the configuration or the host wants it. */
  #where(client: FrameworkClient, wish: ClientWish): Pick<SessionNeeds, 'wire' | 'strict'> {
    const { config, strict } = this.#needs;
    const host = this.#addresses.next(client);
    const wanted = config.ssl ? undefined : strict?.portOf(host);
    const port = wanted ?? config.port;
    const secure = config.ssl || wanted !== undefined;
    const wire = this.#wire(client, wish, { host, port, tls: secure && this.#tls(wanted !== undefined) });
    if (!strict) return { wire };
    return { wire, strict: new StrictLink(strict, { host, port, secure, asked: (to) => this.#toTls(client, host, to) }) };
  }

  #toTls(client: FrameworkClient, host: string, port: number): void {
    this.#addresses.stay(client);
    this.#needs.log.info('the network wants TLS, dialled with it from now on', { network: this.#needs.name, host, port });
  }

  #tls(abrupt: boolean): TlsWish {
    const { tlsOptions, sslselfsign, allowExpiredCerts } = this.#needs.config;
    return { options: obeyedTlsOptions(tlsOptions), allowUnknownIssuer: sslselfsign, allowExpired: allowExpiredCerts, abrupt };
  }

  #wire(client: FrameworkClient, { ident, localAddress }: ClientWish, address: Pick<SessionNeeds['wire'], 'host' | 'port' | 'tls'>): SessionNeeds['wire'] {
    const { config, encodingFallback, facts, idents } = this.#needs;
    return {
      ...address,
      connectTimeoutMs: this.#addresses.patienceMs,
      writeTimeoutMs: WRITE_MS,
      verdict: (buf, start, end) => this.#needs.verdict(client, buf, start, end),
      rests: this.#rests,
      needless: () => !this.#needs.near(client),
      // What is no talk, such as a login's pieces, is never longer than any server takes.
      lineBytes: () => Math.max(LINE_BYTES, facts.lineBytes),
      onFault: (fault, line) => this.#onFault(fault, line),
      ...(idents === undefined ? {} : { onSocket: (socket) => idents.follow(socket, ident) }),
      ...(localAddress === undefined ? {} : { localAddress }),
      ...(config.ircClients.ipv6.only || config.ircClients.ipv6.prefix !== undefined ? { family: 6 as const } : {}),
      ...(encodingFallback === undefined ? {} : { encodingFallback }),
    };
  }

  #onFault(fault: unknown, line: string): void {
    const now = this.#needs.clock.elapsed();
    this.#needs.metrics.count('irc_faulty_lines_total', { server: this.#needs.name });
    if (now - this.#faultAt < FAULT_EVERY_MS) return;
    this.#faultAt = now;
    this.#needs.log.warn('line not understood', { network: this.#needs.name, fault, line });
  }
}

/** PASS or SASL (AUTH-1, AUTH-2, AUTH-9): one's own password before the network's; an account means SASL. */
function loginOf(
  config: NetworkConfig,
  wish: ClientWish,
  account: string | undefined,
): Pick<SessionNeeds, 'password' | 'credentials'> {
  const password = wish.password ?? config.password;
  if (password === undefined) return {};
  if (!config.sasl && wish.saslAccount === undefined) return { password };
  return { credentials: { account: account ?? wish.nick, password } };
}
