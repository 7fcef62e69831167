/** One client of ours behind the `VirtualClient` port: what it is, where it is, what it says, over all its connections. */

import type { ChannelName, ClientId, Hostmask, Nick } from '../model/irc-names.js';
import { granted, refused, type Outcome, type Refusal } from '../model/refusal.js';
import type { How, Utterance } from '../model/utterance.js';
import { Ear } from './ear.js';
import { Identity } from './identity.js';
import { Joins } from './joins.js';
import { Life, type LifeNeeds } from './life.js';
import { awayLine, modeLine, namesLine, partLine } from './wire/lines.js';
import type { ClientNeeds } from './client-needs.js';
import type { Outbox } from './connection/outbox.js';
import type { Saying, Signal, VirtualClient, Whois } from './port.js';
import { Questions } from './questions.js';
import { Mouth, speak } from './speech.js';
import { redact } from './redaction.js';
import { TagTalk } from './tag-talk.js';

export class FrameworkClient implements VirtualClient {
  readonly id: ClientId;
  readonly #needs: ClientNeeds<FrameworkClient>;
  readonly #life: Life;
  readonly #joins: Joins;
  readonly #identity: Identity;
  readonly #questions: Questions;
  readonly #mouth: Mouth;
  #ear: Ear | undefined;
  #away: string | undefined;

  constructor(needs: ClientNeeds<FrameworkClient>) {
    const { clock, id, nick, pace, facts, queue, chance, watcher } = needs;
    this.id = id;
    this.#needs = needs;
    const send = (line: string | undefined): void => this.#send(line);
    const same = (one: string, other: string): boolean => needs.same(one, other);
    this.#mouth = new Mouth({
      clock,
      pace,
      budgets: needs.budgets,
      tags: new TagTalk({ facts, capabilities: () => this.#life.session?.capabilities }),
      send: (line) => this.#life.session?.write(line),
      same,
      notSaid: (to, why) => watcher.event(this, { kind: 'notSaid', network: id.network, at: clock.now(), heardBy: id, to, why }),
    });
    this.#joins = new Joins({ clock, send, gaveUp: (channel, why) => watcher.gaveUp(this, channel, why) });
    this.#identity = new Identity({
      clock,
      chance,
      wish: nick,
      ident: needs.ident,
      facts,
      regain: { commands: needs.regainNick, account: () => this.#life.session?.capabilities?.account },
      same,
      isOurs: (other) => needs.isOurs(other, this),
      write: (line) => this.#life.session?.write(line),
    });
    this.#questions = new Questions({ clock, send, same, facts, presence: (numeric, params) => this.#identity.onNumeric(numeric, params) });
    this.#life = new Life({
      clock, queue,
      chance,
      bot: id.owner === 'bot',
      session: () => this.#session(),
      connecting: () => watcher.status(this, 'connecting'),
      ready: (given, session) => this.#ready(given, (line, handed) => session.write(line, handed)),
      lost: (why, forever) => this.#lost(why, forever),
    });
  }

  get nick(): Nick {
    return this.#identity.nick;
  }

  get status(): VirtualClient['status'] {
    return this.#life.status;
  }

  get channels(): readonly ChannelName[] {
    return this.#joins.channels;
  }

  /** The channels the server has confirmed. */
  get joined(): readonly ChannelName[] {
    return this.#joins.joined;
  }

  inChannel(channel: ChannelName): boolean {
    return this.#joins.isIn(channel);
  }

  budget(target: ChannelName | Nick, how: How): number {
    return this.#identity.budget(target, how);
  }

  say(target: ChannelName | Nick, utterance: Utterance, progress?: Saying): Promise<Outcome> {
    if (this.status !== 'ready') return Promise.resolve(refused('connection-lost', 'There is no IRC connection.'));
    return this.#identity.whenNamed(() => speak(this.#mouth, target, utterance, this.budget(target, utterance.how), progress));
  }

  signal(target: ChannelName | Nick, what: Signal): boolean {
    const { tags, outbox, budgets } = this.#mouth;
    if (this.status !== 'ready') return false;
    // Nothing that is said waits for it, and where all members share a limit none is spent on it.
    if (what.kind === 'typing' && (outbox.queued > 0 || budgets.of(target) !== undefined)) return false;
    const line = what.kind === 'typing' ? tags.typing(target, what.state) : tags.react(target, what.msgid, what.key, what.kind === 'unreact');
    return line !== undefined && outbox.push(line, what.kind === 'typing' ? 'soon' : 'text');
  }

  redact(target: ChannelName | Nick, msgid: string, reason?: string): Promise<Outcome> {
    return redact(this.#mouth, this.#needs.clock, this.status === 'ready', { target, msgid, ...(reason === undefined ? {} : { reason }) });
  }

  join(channel: ChannelName, options: { readonly key?: string; readonly patient?: boolean } = {}): Promise<Outcome> {
    if (this.status === 'ended') return Promise.resolve(refused('connection-lost', 'The IRC connection has ended.'));
    return this.#joins.join(channel, options.key, options.patient ?? false);
  }

  part(channel: ChannelName, reason?: string): void {
    const there = this.#joins.isIn(channel);
    if (this.#joins.part(channel)) this.#send(partLine(channel, reason));
    // From here on we are not in it for anybody, whenever the server may say so.
    if (there) this.#needs.watcher.left(this, channel, false);
  }

  async end(reason: string): Promise<void> {
    const why = refused('connection-lost', 'The IRC connection was ended.').refusal;
    if (this.status === 'ended') return;
    this.#mouth.lose(true);
    this.#questions.lose();
    this.#joins.end(why);
    this.#identity.end();
    await this.#life.end(reason, why);
    this.#needs.watcher.status(this, 'ended');
  }

  whenReady(): Promise<Outcome> {
    return this.#life.whenReady();
  }

  get wish(): Nick {
    return this.#identity.wish;
  }

  async rename(nick: Nick): Promise<Outcome<Nick>> {
    if (this.status !== 'ready') return refused('connection-lost', 'There is no IRC connection.');
    const outcome = nick === this.nick ? granted(nick) : await this.#questions.nick(nick);
    if (outcome.ok) this.#identity.want(outcome.value);
    return outcome;
  }

  async setTopic(channel: ChannelName, text: string): Promise<Outcome> {
    if (this.status !== 'ready') return refused('connection-lost', 'There is no IRC connection.');
    return this.#questions.topic(channel, text);
  }

  async whois(nick: Nick): Promise<Outcome<Whois | undefined>> {
    if (this.status !== 'ready') return refused('connection-lost', 'There is no IRC connection.');
    return this.#questions.whois(nick);
  }

  setAway(text?: string): void {
    if (this.#away !== text && this.status === 'ready') this.#send(awayLine(text));
    this.#away = text;
  }

  /** Its connections one after the other: to get in line, to come back sooner, to read on. */
  get life(): Pick<Life, 'start' | 'wake' | 'session'> {
    return this.#life;
  }

  /** Writes a line ahead of what is said. */
  #send(line: string | undefined): void {
    if (line !== undefined) this.#mouth.outbox.push(line, 'soon');
  }

  /** Takes a line that was held back, as if it had just come; also after the connection is gone. */
  rehear(line: Parameters<Ear['take']>[0]): void {
    this.#ear?.take(line);
  }

  /** Asks who is in a channel, as when this client has just become the one whose word counts; or for its modes. */
  ask(what: 'names' | 'modes', channel: string): void {
    this.#send(what === 'names' ? namesLine(channel) : modeLine(channel));
  }

  /** CASEMAPPING changed. */
  rekey(): void {
    this.#joins.rekey(this.#needs.facts.mapping);
  }

  #session(): ReturnType<LifeNeeds['session']> {
    const { ident, facts, watcher, clock, id } = this.#needs;
    const ear = new Ear({
      id,
      clock,
      facts,
      joins: this.#joins,
      deafness: this.#needs.deafness,
      ctcp: this.#needs.ctcp,
      questions: this.#questions,
      sent: this.#mouth.sent,
      unconfirmed: this.#mouth.unconfirmed,
      labels: this.#mouth.tags.labels,
      isMe: (other) => this.#needs.same(other, this.nick),
      shown: (mask) => this.#shown(mask),
      send: (line) => this.#send(line),
      joined: (channel) => watcher.joined(this, channel),
      left: (channel, forced) => watcher.left(this, channel, forced),
      event: (event) => watcher.event(this, event),
      refolded: () => watcher.refolded(this),
    });
    this.#ear = ear;
    return {
      ...this.#needs.session(this),
      nick: this.wish,
      ident,
      nickLength: facts.nickLength,
      isOurs: (other) => this.#needs.isOurs(other, this),
      line: (line) => ear.take(line),
      ping: () => this.#mouth.unconfirmed.ask(),
    };
  }

  #ready(nick: Nick, write: Parameters<Outbox['open']>[0]): void {
    this.#mouth.outbox.open(write);
    this.#identity.isNew(nick);
    this.#needs.watcher.named(this);
    // Old lines that come without a batch look like new ones (R33).
    const modes = this.#needs.modes.replace(/^\+/, '') + (this.#mouth.tags.has('batch') ? '' : (this.#needs.facts.noReplay ?? ''));
    if (modes !== '') this.#send(modeLine(nick, `+${modes}`));
    if (this.#away !== undefined) this.#send(awayLine(this.#away));
    this.#needs.deafness.ready(write);
    this.#joins.onReady(this.#needs.facts.joinTargets, this.#needs.facts.lineBytes);
    this.#needs.watcher.status(this, 'ready');
  }

  #lost(why: Refusal, forever: boolean): void {
    this.#ear?.lose();
    this.#mouth.lose();
    this.#questions.lose();
    this.#identity.end();
    if (forever) this.#joins.end(why);
    else this.#joins.onLost();
    this.#needs.watcher.status(this, forever ? 'refused' : 'lost', why);
  }

  #shown(mask: Partial<Hostmask>): void {
    this.#identity.shown(mask);
    if (mask.nick !== undefined) this.#needs.watcher.named(this);
  }
}
