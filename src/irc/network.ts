/** One IRC network behind the `IrcNetwork` port: our clients on it, who of them listens, and what they hear. */

import { BoundedMap } from '../lib/bounded-map.js';
import type { UserId } from '../model/ids.js';
import type { ChannelName, ClientOwner, Folded, NetworkName } from '../model/irc-names.js';
import type { IrcEvent } from '../model/irc-event.js';
import { done, granted, refused, type Outcome, type Refusal } from '../model/refusal.js';
import { ChannelModes } from './channel-modes.js';
import type { FrameworkClient } from './client.js';
import type { ClientWatcher } from './client-needs.js';
import { Fleet, type FleetNeeds } from './fleet.js';
import { Following } from './following.js';
import type { ClientWish, IrcNetwork, Standing, VirtualClient } from './port.js';
import { ServerFacts } from './server-facts.js';
import { Switchboard } from './switchboard.js';

/** `name` is the key in `ircService.servers`, also the first address to dial. */
export type NetworkNeeds = Omit<FleetNeeds, 'facts' | 'watcher' | 'verdict' | 'needed' | 'near' | 'hears'>;

/** How long whom the network refused for good is not tried again unless he asks. */
const SHUT_MS = 3_600_000;

export class FrameworkNetwork implements IrcNetwork {
  readonly name: NetworkName;
  readonly bot: FrameworkClient;
  readonly #needs: NetworkNeeds;
  readonly #facts = new ServerFacts();
  readonly #fleet: Fleet;
  readonly #board: Switchboard;
  readonly #following: Following;
  readonly #modes: ChannelModes;
  readonly #onFold: (() => void)[] = [];
  /** People whom the network refused for good: what they say must not knock at its door again and again (R8). */
  readonly #shut = new BoundedMap<UserId, { readonly until: number; readonly why: Refusal }>(10_000);
  #stopping = false;

  constructor(needs: NetworkNeeds) {
    const facts = this.#facts;
    this.name = needs.name;
    this.#needs = needs;
    this.#modes = new ChannelModes(needs.clock);
    this.#board = new Switchboard({
      ...needs,
      facts,
      needed: (client) => this.#fleet.attend(client),
      isOwn: (nick) => this.#fleet.registry.byNick(nick) !== undefined,
      lingers: () => this.#fleet.registry.lingers,
      leaving: (nick) => this.#fleet.registry.seenLeaving(nick),
      wasOurs: (nick) => this.#fleet.registry.wasOurs(nick),
    });
    this.#fleet = new Fleet({
      ...needs,
      facts,
      watcher: this.#watcher(),
      verdict: (client, buf, start, end) => this.#board.verdict(client, buf, start, end),
      needed: (client) => this.#board.listeners.listens(client),
      near: (client) => this.#board.listeners.isNear(client),
      hears: (client, how) => this.#board.listeners.hears(client, how),
    });
    this.bot = this.#fleet.makeBot();
    this.#following = new Following(needs.clock, this.bot);
  }

  get caseMapping(): IrcNetwork['caseMapping'] {
    return this.#facts.mapping;
  }

  /** All our clients, the bot among them. */
  get clients(): readonly VirtualClient[] {
    return this.#fleet.registry.clients;
  }

  get people(): readonly UserId[] {
    return this.clients.flatMap(({ id: { owner } }) => (owner === 'bot' ? [] : [owner]));
  }

  get capabilities(): readonly string[] {
    const session = [this.bot, ...this.#fleet.registry.clients].find(({ status }) => status === 'ready')?.life.session;
    return [...(session?.capabilities?.enabled ?? [])];
  }

  passesTag(tag: string): boolean {
    return this.capabilities.includes('message-tags') && this.#facts.passes(tag);
  }

  get channelTypes(): string {
    return this.#facts.channelTypes;
  }

  get nickLength(): number | undefined {
    return this.#facts.nickLength;
  }

  fold(name: string): Folded {
    return this.#facts.fold(name);
  }

  onFold(changed: () => void): void {
    this.#onFold.push(changed);
  }

  onEvent(listener: (event: IrcEvent) => void): void {
    this.#board.onEvent(listener);
  }

  clientOf(user: UserId): VirtualClient | undefined {
    return this.#fleet.registry.of(user);
  }

  standingOf(user: UserId): Standing | undefined {
    const client = this.#fleet.registry.of(user);
    if (client?.status !== 'ready') return undefined;
    const account = client.life.session?.capabilities?.account;
    return { modes: this.#fleet.deafnessOf(client)?.modes ?? '', ...(account === undefined ? {} : { account }) };
  }

  ownerOf(nick: string): ClientOwner | undefined {
    return this.#fleet.registry.byNick(nick)?.id.owner;
  }

  heard(channel: ChannelName): boolean {
    return this.#board.listeners.primaryOf(channel) !== undefined;
  }

  modesOf(channel: ChannelName, by: VirtualClient): string | Promise<string> {
    const client = this.heard(channel) ? this.#fleet.registry.clients.find((one) => one === by) : undefined;
    if (client) return this.#modes.of(channel, () => client.ask('modes', channel));
    this.#modes.forget(channel);
    return '';
  }

  async connect(user: UserId, wish: ClientWish): Promise<Outcome<VirtualClient>> {
    if (this.#stopping) return refused('shutting-down', 'The bridge is being stopped.');
    let client = this.#fleet.registry.of(user);
    const shut = wish.asked === true ? undefined : this.#shut.get(user);
    if (client === undefined && shut && this.#needs.clock.elapsed() < shut.until) return { ok: false, refusal: shut.why };
    if (client === undefined) {
      client = this.#fleet.makePerson(user, wish);
    }
    client.life.start(wish.calm !== true);
    const outcome = await client.whenReady();
    return outcome.ok ? granted(client) : outcome;
  }

  async follow(channel: ChannelName, key?: string): Promise<Outcome> {
    return this.#needs.config.botConfig.enabled ? this.#following.follow(channel, key) : done;
  }

  unfollow(channel: ChannelName): void {
    this.#following.unfollow(channel);
  }

  start(): void {
    this.bot.life.start(true);
  }

  async stop(reason: string): Promise<void> {
    this.#stopping = true;
    this.#following.end();
    await this.#fleet.stop(reason);
    this.#board.listeners.stop();
  }

  #watcher(): ClientWatcher<FrameworkClient> {
    const { log, name } = this.#needs;
    return {
      event: (client, event) => {
        if (event.kind === 'mode') this.#modes.take(event);
        this.#board.heard(client, event);
      },
      named: (client) => {
        this.#fleet.registry.named(client, client.nick);
        this.#board.listeners.setOwnNick(client, client.nick);
      },
      joined: (client, channel) => this.#board.joined(client, channel),
      left: (client, channel, forced) => {
        this.#board.listeners.left(client, channel);
        if (!this.heard(channel)) this.#modes.forget(channel);
        if (forced && client === this.bot) this.#following.onOut(channel);
      },
      gaveUp: (client, channel, why) => {
        log.info('channel not joined again', { network: name, owner: client.id.owner, channel, why: why.say });
        this.#board.shutOut(client, channel, why);
        if (client === this.bot) this.#following.onOut(channel);
      },
      refolded: () => this.#refold(),
      status: (client, status, why) => {
        if (status === 'ready') this.#fleet.connected(client);
        const { owner } = client.id;
        if (status === 'refused' && why && owner !== 'bot') this.#shut.set(owner, { until: this.#needs.clock.elapsed() + SHUT_MS, why });
        else if (status === 'ready' && owner !== 'bot') this.#shut.delete(owner);
        else if (status !== 'connecting') this.#fleet.deafnessOf(client)?.lost();
        if (status === 'lost') this.#fleet.registry.lost(client);
        if (status === 'refused' || status === 'ended') this.#fleet.registry.remove(client);
        // What only this one had heard is told before its loss is.
        if (status !== 'ready' && status !== 'connecting') this.#board.listeners.gone(client);
        this.#board.status(client, status, why);
      },
    };
  }

  /** CASEMAPPING changed: everybody who keys by folded names keys anew (RELIABILITY R30). */
  #refold(): void {
    const { mapping } = this.#facts;
    this.#fleet.rekey(mapping);
    this.#following.rekey(mapping);
    this.#modes.rekey(mapping);
    this.#board.listeners.rekey();
    for (const changed of this.#onFold) changed();
  }
}
