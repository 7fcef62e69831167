/** What one client makes of each line after registration: news of itself, answers to its joins, events for the network. */

import type { IrcMessage } from 'irc-framework';
import { BoundedMap } from '../lib/bounded-map.js';
import type { Clock } from '../lib/clock.js';
import { parseNick, type ChannelName, type ClientId, type Hostmask } from '../model/irc-names.js';
import type { IrcEvent } from '../model/irc-event.js';
import { channelOf, cleanText, eventOf, serverTime, type Hearing } from './client-events.js';
import { failRefusal, sayRefusal, THROTTLED, throttledIn } from './answer-errors.js';
import type { Deafness } from './deafness.js';
import { Ctcp, type CtcpNeeds } from './ctcp.js';
import { GatheredLines } from './gathered-lines.js';
import type { Joins } from './joins.js';
import { partLine } from './wire/lines.js';
import { NamesLists } from './names.js';
import type { Labels } from './labels.js';
import type { Lane } from './connection/outbox.js';
import type { Questions } from './questions.js';
import type { SentLines } from './sent-lines.js';
import type { Unconfirmed } from './unconfirmed.js';
import type { ServerFacts } from './server-facts.js';
import { failedMessage, serverWord } from './standard-replies.js';

/** Open batches remembered for each connection (RELIABILITY L15); lines of forgotten ones count as live. */
const BATCHES_MOST = 64;

export interface EarNeeds {
  readonly id: ClientId;
  readonly clock: Clock;
  readonly facts: ServerFacts;
  readonly joins: Joins;
  readonly deafness: Deafness;
  readonly questions: Questions;
  readonly labels: Pick<Labels, 'take'>;
  readonly sent: Pick<SentLines, 'refused' | 'onPong'>;
  readonly unconfirmed: Pick<Unconfirmed, 'onPong'>;
  readonly ctcp: Pick<CtcpNeeds, 'on' | 'version'>;
  /** Whether a nick is ours. */
  isMe(nick: string): boolean;
  /** The server showed our user and host, or gave us another nick. */
  shown(mask: Partial<Hostmask>): void;
  send(line: string | undefined, lane: Lane): void;
  /** We are in a channel now: told before its event. */
  joined(channel: ChannelName): void;
  /** We are in a channel no more: told after its event; `forced`: not by our own wish. */
  left(channel: ChannelName, forced: boolean): void;
  event(event: IrcEvent): void;
  /** CASEMAPPING changed. */
  refolded(): void;
}

export class Ear {
  readonly #needs: EarNeeds;
  readonly #names = new NamesLists();
  /** Batches by id: whether they hold history, which is no news. */
  readonly #batches = new BoundedMap<string, boolean>(BATCHES_MOST);
  readonly #gathered = new GatheredLines();
  /** One object for all lines; only the time in it changes. */
  readonly #hearing: Hearing & { at: number };
  readonly #ctcp: Ctcp;

  constructor(needs: EarNeeds) {
    const { id, facts } = needs;
    this.#needs = needs;
    this.#hearing = { network: id.network, heardBy: id, at: 0, facts, isMe: (nick) => needs.isMe(nick) };
    this.#ctcp = new Ctcp({ ...needs.ctcp, clock: needs.clock, isMe: (nick) => needs.isMe(nick), send: (line) => needs.send(line, 'soon') });
  }

  /** Takes one line; may throw on what no server should send, the transport drops the line then. */
  take(line: IrcMessage): void {
    const { command, params } = line;
    this.#hearing.at = this.#needs.clock.now();
    if (((line.tags['label'] ?? line.tags['batch']) !== undefined || command === 'FAIL' || command === 'BATCH') && this.#needs.labels.take(line)) return;
    switch (command) {
      case 'BATCH': {
        this.#batch(params, line.tags['batch']);
        const whole = this.#gathered.batch(line, this.#needs.clock.elapsed());
        if (whole && !this.#isHistory(whole)) this.#said(whole);
        return;
      }
      case '004':
        this.#needs.facts.readMyInfo(params);
        this.#needs.deafness.update();
        return;
      case '005':
        if (this.#needs.facts.read(params)) this.#needs.refolded();
        this.#needs.deafness.update();
        return;
      case '221':
        this.#needs.deafness.onModes(params[1] ?? '');
        return;
      case 'MODE':
        if (this.#needs.isMe(params[0] ?? '')) this.#needs.deafness.onMode(params[1] ?? '');
        else this.#happened(line);
        return;
      case '396':
        this.#cloaked(params[1]);
        return;
      case 'CHGHOST':
        if (this.#needs.isMe(line.nick)) this.#needs.shown({ user: cleanText(params[0]), host: cleanText(params[1]) });
        return;
      case '353':
        this.#names.add(params, this.#needs.facts);
        return;
      case '366':
        this.#namesEnd(params[1]);
        return;
      case 'PONG':
        this.#needs.sent.onPong(params.at(-1) ?? '');
        this.#needs.unconfirmed.onPong(params.at(-1) ?? '');
        for (const whole of this.#gathered.late(this.#needs.clock.elapsed())) this.#said(whole);
        return;
      case 'FAIL':
      case 'WARN':
      case 'NOTE':
        this.#replied(line);
        return;
      case 'PRIVMSG':
      case 'NOTICE':
        if (!this.#isHistory(line)) this.#said(this.#gathered.line(line));
        return;
      default:
        if (/^\d{3}$/.test(command)) this.#numeric(line);
        else this.#happened(line);
    }
  }

  /** What was asked is answered first; 324, 331 and 332 are events, and so is a message that was refused. */
  #numeric(line: IrcMessage): void {
    const { joins, questions } = this.#needs;
    const { command, params } = line;
    if (questions.onNumeric(command, params)) return;
    if (!/^[457]/.test(command)) {
      if (command === '301') this.#away(params);
      else this.#happened(line);
      return;
    }
    const refusal = joins.onNumeric(command, params) ? undefined : sayRefusal(command, params.at(-1));
    // 411, 412 and 417 name nobody.
    const to = params.length > 2 ? params[1] : undefined;
    if (refusal) this.#needs.sent.refused(channelOf(to, this.#needs.facts) ?? parseNick(to), refusal);
  }

  /** FAIL, WARN and NOTE (CAP-20). */
  #replied(line: IrcMessage): void {
    const failed = failedMessage(line);
    const word = failed ? undefined : serverWord(line, this.#hearing);
    if (failed) this.#needs.sent.refused(channelOf(failed.to, this.#needs.facts) ?? parseNick(failed.to), failRefusal(failed.words));
    else if (word) this.#needs.event(word);
  }

  #away(params: readonly string[]): void {
    const nick = parseNick(params[1]);
    const { network, at, heardBy } = this.#hearing;
    if (nick) this.#needs.event({ network, at, heardBy, kind: 'away', nick, text: cleanText(params.at(-1)) });
  }

  /** Whatever is neither text nor numeric: JOIN, PART, KICK, NICK, QUIT, MODE, TOPIC, INVITE, 324, 331, 332. */
  #happened(line: IrcMessage): void {
    const { joins } = this.#needs;
    const event = eventOf(line, this.#hearing);
    if (event === undefined) return;
    const mine = this.#needs.isMe(event.kind === 'kick' ? event.who : line.nick);
    if (!mine) {
      this.#needs.event(event);
      return;
    }
    switch (event.kind) {
      case 'join':
        this.#needs.shown(event.who);
        if (!joins.onJoined(event.channel, serverTime(line))) {
          this.#needs.send(partLine(event.channel), 'soon');
          return;
        }
        this.#needs.joined(event.channel);
        this.#needs.event(event);
        return;
      case 'part':
        this.#needs.event(event);
        this.#needs.left(event.channel, !joins.onParted(event.channel));
        return;
      case 'kick':
        this.#needs.event(event);
        joins.onRemoved(event.channel);
        this.#needs.left(event.channel, true);
        return;
      case 'nick':
        this.#needs.shown({ nick: event.to });
        this.#needs.questions.named(event.to);
        this.#needs.event(event);
        return;
      case 'topic':
        this.#needs.questions.topicSet(event.channel);
        return this.#needs.event(event);
      case 'quit':
        // Some servers show us our own QUIT; `clientStatus` tells of it.
        return;
      default:
        this.#needs.event(event);
    }
  }

  /** The connection is gone: what was still gathered is told. */
  lose(): void {
    for (const whole of this.#gathered.lose()) this.#said(whole);
  }

  #said(line: IrcMessage | undefined): void {
    // Our own words come back where the server has echoes (INV-1).
    if (line === undefined || this.#needs.isMe(line.nick)) return;
    const event = eventOf(line, this.#hearing);
    if (event?.kind === 'privateMessage' && !event.fromUser && event.how === 'notice') {
      const full = channelOf(throttledIn(event.text), this.#needs.facts);
      if (full) return this.#needs.sent.refused(full, THROTTLED);
    }
    const heard = event ?? this.#ctcp.take(line, this.#hearing);
    if (heard !== undefined) this.#needs.event(heard);
  }

  /** Told again of what was said before: in a history batch, or stamped earlier than our own JOIN by the same clock (R33). */
  #isHistory(line: IrcMessage): boolean {
    const batch = line.tags['batch'];
    if (batch !== undefined && this.#batches.get(batch) === true) return true;
    const channel = channelOf(line.params[0], this.#needs.facts);
    const since = channel === undefined ? undefined : this.#needs.joins.since(channel);
    const at = since === undefined ? undefined : serverTime(line);
    return since !== undefined && at !== undefined && at < since;
  }

  #batch(params: readonly string[], parent: string | undefined): void {
    const id = params[0] ?? '';
    // A closed batch is kept: a line of it that was held back may still be released.
    if (!id.startsWith('+') || id.length > 100) return;
    const within = parent !== undefined && this.#batches.get(parent) === true;
    this.#batches.set(id.slice(1), within || /^(?:draft\/)?chathistory$|^znc\.in\/playback$/.test(params[1] ?? ''));
  }

  /** 396 gives the host, on some servers with the user before it. */
  #cloaked(shown: string | undefined): void {
    const [, user, host] = /^(?:([^@]{1,64})@)?([^@]{1,255})$/.exec(cleanText(shown)) ?? [];
    if (host !== undefined) this.#needs.shown({ host, ...(user === undefined ? {} : { user }) });
  }

  #namesEnd(name: string | undefined): void {
    const channel = channelOf(name, this.#needs.facts);
    const members = channel && this.#names.close(channel);
    const { network, at, heardBy } = this.#hearing;
    if (channel && members) this.#needs.event({ network, at, heardBy, kind: 'names', channel, members });
  }
}
