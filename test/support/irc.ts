/** IrcNetwork and VirtualClient in memory: remember what was said, refuse, delay and lose what they are told to. */

import type { ClientStatus, ClientWish, IrcNetwork, Saying, Signal, Standing, VirtualClient, Whois } from '../../src/irc/port.js';
import type { UserId } from '../../src/model/ids.js';
import type { ChannelName, ClientId, ClientOwner, Folded, NetworkName, Nick } from '../../src/model/irc-names.js';
import type { IrcEvent } from '../../src/model/irc-event.js';
import { done, granted, type Outcome, type Refusal, refused } from '../../src/model/refusal.js';
import type { How, Utterance } from '../../src/model/utterance.js';
import { type CaseMapping, foldName } from '../../src/naming/casefold.js';
import { NET, nickOf } from './make.js';

export interface SaidLine {
  readonly owner: ClientOwner;
  readonly nick: Nick;
  readonly target: string;
  readonly how: How;
  readonly text: string;
}

export class MemoryNetwork implements IrcNetwork {
  readonly name: NetworkName;
  readonly bot: MemoryClient;
  readonly channelTypes = '#&';
  capabilities: readonly string[] = [];
  nickLength: number | undefined = undefined;
  /** Bytes of text that fit a line. */
  lineBudget = 400;
  /** Letters of modes, by channel. */
  readonly modes = new Map<string, string>();
  /** Whether the server passes client tags on and knows REDACT. */
  tags = false;
  caseMapping: CaseMapping = 'rfc1459';
  /** Lines that others saw, in order. */
  readonly lines: SaidLine[] = [];
  /** Every JOIN and PART of a client, `JOIN nick #channel`. */
  readonly traffic: string[] = [];
  /** Every connection made: whom it was wished for, and how. */
  readonly wishes: { readonly user: UserId; readonly wish: ClientWish }[] = [];
  readonly followed = new Set<Folded>();
  /** What WHOIS tells. */
  readonly whois = new Map<Nick, Whois>();
  readonly #clients = new Map<UserId, MemoryClient>();
  readonly #foldListeners: (() => void)[] = [];
  readonly #listeners: ((event: IrcEvent) => void)[] = [];
  readonly #refusing = new Map<string, Refusal>();
  readonly #held = new Map<string, Promise<void>>();
  readonly #connecting = new Map<UserId, Promise<Outcome<VirtualClient>>>();
  readonly #following = new Map<Folded, Promise<Outcome>>();
  #stopped = false;

  constructor(name: NetworkName = NET) {
    this.name = name;
    this.bot = new MemoryClient(this, { network: name, owner: 'bot' }, nickOf('bridge'));
    this.bot.status = 'ready';
  }

  get people(): readonly UserId[] {
    return [...this.#clients.keys()];
  }

  fold(name: string): Folded {
    return foldName(this.caseMapping, name);
  }

  onFold(changed: () => void): void {
    this.#foldListeners.push(changed);
  }

  /** The server says how names compare. */
  announce(mapping: CaseMapping): void {
    this.caseMapping = mapping;
    for (const changed of this.#foldListeners) changed();
  }

  /** `what` is `connect @user`, `join #channel`, `follow #channel` or `say #target`. */
  deny(what: string, refusal: Refusal): void {
    this.#refusing.set(what, refusal);
  }

  relent(): void {
    this.#refusing.clear();
  }

  /** `what`, as in `deny`, does not come to an end until the function given back is called. */
  hold(what: string): () => void {
    let release: () => void = () => undefined;
    this.#held.set(what, new Promise((resolve) => (release = resolve)));
    return () => {
      this.#held.delete(what);
      release();
    };
  }

  /** The server says no to what was said last, after it was said. */
  refuseLast(why: Refusal): void {
    this.lastSaying?.refused?.(why);
  }

  /** @internal */
  lastSaying: Saying | undefined;

  /** @internal */
  async ask(what: string): Promise<Outcome> {
    await Promise.resolve();
    await this.#held.get(what);
    if (this.#stopped) return refused('shutting-down', 'The bridge is stopping.');
    const refusal = this.#refusing.get(what);
    return refusal === undefined ? done : { ok: false, refusal };
  }

  passesTag(): boolean {
    return this.tags;
  }

  clientOf(user: UserId): MemoryClient | undefined {
    const client = this.#clients.get(user);
    return client?.status === 'ended' ? undefined : client;
  }

  /** What the server tells of everybody's connection. */
  standing: Standing = { modes: '' };

  standingOf(user: UserId): Standing | undefined {
    return this.clientOf(user) && this.standing;
  }

  ownerOf(nick: string): ClientOwner | undefined {
    const clients = [this.bot, ...this.#clients.values()];
    return clients.find((client) => this.fold(client.nick) === this.fold(nick))?.id.owner;
  }

  modesOf(channel: ChannelName): string {
    return this.modes.get(channel) ?? '';
  }

  connect(user: UserId, wish: ClientWish): Promise<Outcome<VirtualClient>> {
    const running = this.#connecting.get(user);
    if (running) return running;
    const attempt = this.#connect(user, wish).finally(() => this.#connecting.delete(user));
    this.#connecting.set(user, attempt);
    return attempt;
  }

  async #connect(user: UserId, wish: ClientWish): Promise<Outcome<VirtualClient>> {
    this.wishes.push({ user, wish });
    const outcome = await this.ask(`connect ${user}`);
    if (!outcome.ok) return outcome;
    const client = this.clientOf(user) ?? new MemoryClient(this, { network: this.name, owner: user }, wish.nick);
    client.status = 'ready';
    this.#clients.set(user, client);
    return granted(client);
  }

  follow(channel: ChannelName): Promise<Outcome> {
    const folded = this.fold(channel);
    const running = this.#following.get(folded);
    if (running) return running;
    const attempt = this.#follow(channel).finally(() => this.#following.delete(folded));
    this.#following.set(folded, attempt);
    return attempt;
  }

  async #follow(channel: ChannelName): Promise<Outcome> {
    if (this.heard(channel)) return done;
    this.traffic.push(`JOIN ${this.bot.nick} ${channel}`);
    const outcome = await this.ask(`follow ${channel}`);
    if (outcome.ok) this.followed.add(this.fold(channel));
    return outcome;
  }

  unfollow(channel: ChannelName): void {
    this.traffic.push(`PART ${this.bot.nick} ${channel}`);
    this.followed.delete(this.fold(channel));
  }

  heard(channel: ChannelName): boolean {
    return this.followed.has(this.fold(channel));
  }

  onEvent(listener: (event: IrcEvent) => void): void {
    this.#listeners.push(listener);
  }

  emit(event: IrcEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** All connections are gone, and come back when somebody asks for them. */
  lose(): void {
    for (const client of this.#clients.values()) client.lose();
  }

  start(): void {
    this.#stopped = false;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.lose();
  }
}

export class MemoryClient implements VirtualClient {
  readonly id: ClientId;
  nick: Nick;
  wish: Nick;
  status: ClientStatus = 'connecting';
  /** Lines that still pass before the connection is lost. */
  loseAfter = Infinity;
  /** How it is marked away. */
  away: string | undefined;
  readonly #network: MemoryNetwork;
  readonly #channels = new Map<Folded, ChannelName>();

  constructor(network: MemoryNetwork, id: ClientId, nick: Nick) {
    this.#network = network;
    this.id = id;
    this.nick = nick;
    this.wish = nick;
  }

  get channels(): readonly ChannelName[] {
    return [...this.#channels.values()];
  }

  inChannel(channel: ChannelName): boolean {
    return this.status === 'ready' && this.#channels.has(this.#network.fold(channel));
  }

  budget(): number {
    return this.#network.lineBudget;
  }

  /** Loses its connection, and with it its channels. */
  lose(): void {
    if (this.status !== 'ended') this.status = 'waiting';
    this.#channels.clear();
  }

  async say(target: ChannelName | Nick, utterance: Utterance, progress?: Saying): Promise<Outcome> {
    const asked = await this.#network.ask(`say ${target}`);
    if (!asked.ok) return asked;
    this.#network.lastSaying = progress;
    const from = progress?.from ?? 0;
    for (const [index, text] of utterance.lines.entries()) {
      if (index < from) continue;
      if (this.loseAfter <= 0) {
        this.loseAfter = Infinity;
        this.lose();
      }
      if (this.status !== 'ready') return refused('connection-lost', 'The connection was lost.');
      if (Buffer.byteLength(text) > this.budget()) throw new Error(`over budget: ${text}`);
      this.loseAfter--;
      this.#network.lines.push({ owner: this.id.owner, nick: this.nick, target, how: utterance.how, text });
      progress?.said(index + 1);
      await Promise.resolve();
    }
    return done;
  }

  async join(channel: ChannelName, options: { readonly key?: string } = {}): Promise<Outcome> {
    if (this.inChannel(channel)) return done;
    this.#network.traffic.push(['JOIN', this.nick, channel, ...(options.key === undefined ? [] : [options.key])].join(' '));
    const outcome = await this.#network.ask(`join ${channel}`);
    if (outcome.ok) this.#channels.set(this.#network.fold(channel), channel);
    return outcome;
  }

  /** Which tags pass; none unless a test says so. */
  signal(target: ChannelName | Nick, what: Signal): boolean {
    if (!this.#network.tags) return false;
    this.#network.traffic.push(['TAGMSG', this.nick, target, what.kind, ...(what.kind === 'typing' ? [what.state] : [what.msgid, what.key])].join(' '));
    return true;
  }

  async redact(target: ChannelName | Nick, msgid: string, reason = ''): Promise<Outcome> {
    if (!this.#network.tags) return refused('cannot-send', 'no REDACT', true);
    this.#network.traffic.push(['REDACT', this.nick, target, msgid, reason].join(' ').trim());
    return this.#network.ask(`redact ${target}`);
  }

  part(channel: ChannelName, reason?: string): void {
    if (this.inChannel(channel)) this.#network.traffic.push(['PART', this.nick, channel, reason ?? ''].join(' ').trim());
    this.#channels.delete(this.#network.fold(channel));
  }

  async end(reason = ''): Promise<void> {
    if (this.id.owner !== 'bot') this.#network.traffic.push(`QUIT ${this.nick} ${reason}`.trim());
    this.lose();
    this.status = 'ended';
  }

  /** Refused by `deny('nick …')`. */
  async rename(nick: Nick): Promise<Outcome<Nick>> {
    this.#network.traffic.push(`NICK ${this.nick} ${nick}`);
    const outcome = await this.#network.ask(`nick ${nick}`);
    if (!outcome.ok) return outcome;
    this.nick = nick;
    this.wish = nick;
    return granted(nick);
  }

  setAway(text?: string): void {
    if (this.away !== text) this.#network.traffic.push(['AWAY', this.nick, text ?? ''].join(' ').trim());
    this.away = text;
  }

  async setTopic(channel: ChannelName, text: string): Promise<Outcome> {
    this.#network.traffic.push(`TOPIC ${this.nick} ${channel} ${text}`.trim());
    return this.#network.ask(`topic ${channel}`);
  }

  async whois(nick: Nick): Promise<Outcome<Whois | undefined>> {
    const outcome = await this.#network.ask(`whois ${nick}`);
    return outcome.ok ? granted(this.#network.whois.get(nick)) : outcome;
  }

  async whenReady(): Promise<Outcome> {
    return this.status === 'ready' ? done : refused('connection-lost', 'The connection was lost.');
  }
}
