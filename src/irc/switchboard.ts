/** Brings what all clients of a network hear into one stream of events, each told once. */

import { ircLineParser } from 'irc-framework';
import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { faultText } from '../model/errors.js';
import type { ChannelName, ClientId, Nick } from '../model/irc-names.js';
import type { ClientStatusEvent, IrcEvent } from '../model/irc-event.js';
import type { FrameworkClient } from './client.js';
import { lineDecoder } from './wire/decode-line.js';
import { peek, Peek } from './wire/line.js';
import { Listeners } from './listeners/listeners.js';
import { Once } from './listeners/once.js';
import type { ServerFacts } from './server-facts.js';

export interface SwitchboardNeeds {
  readonly clock: Clock;
  readonly log: Log;
  readonly facts: ServerFacts;
  readonly encodingFallback?: string;
  isOwn(nick: string): boolean;
  /** Told when a client may have to hear, or need not any more. */
  readonly needed: (client: FrameworkClient) => void;
  /** Whether nicks of lost clients still count as ours; `leaving` then tells of every nick that is given up. */
  lingers(): boolean;
  leaving(nick: string): void;
  /** Whether a QUIT is that of a lost client of ours. */
  wasOurs(nick: string): boolean;
}

export class Switchboard {
  readonly listeners: Listeners<FrameworkClient>;
  readonly #needs: SwitchboardNeeds;
  readonly #once: Once<FrameworkClient>;
  readonly #peek = new Peek();
  #joining = false;
  readonly #onEvent: ((event: IrcEvent) => void)[] = [];

  constructor(needs: SwitchboardNeeds) {
    const { clock, facts, encodingFallback } = needs;
    const decode = lineDecoder(encodingFallback);
    this.#needs = needs;
    this.#once = new Once(clock);
    this.listeners = new Listeners<FrameworkClient>({
      clock,
      fold: (name) => facts.fold(name),
      isOwn: (nick) => needs.isOwn(nick),
      isBot: (client) => client.id.owner === 'bot',
      needed: needs.needed,
    });
    // Who came and went while the last one was failing, nobody told: only the list shows it.
    this.listeners.onPrimary((channel, client) => {
      if (!this.#joining) client.ask('names', channel);
    });
    // The client it came from may be gone by now: what it heard is parsed all the same.
    this.listeners.onRelease((client, line) => client.rehear(ircLineParser(decode(line, 0, line.length))));
  }

  /** See the port's `IrcNetwork.onEvent`. */
  onEvent(listener: (event: IrcEvent) => void): void {
    this.#onEvent.push(listener);
  }

  /** See `Listeners.verdict`. */
  verdict(client: FrameworkClient, buf: Buffer, start: number, end: number): ReturnType<Listeners<FrameworkClient>['verdict']> {
    if (this.#needs.lingers()) this.#seeLeaving(peek(buf, start, end, this.#peek), buf);
    return this.listeners.verdict(client, buf, start, end);
  }

  /** A client of ours is in a channel now; the server sends it the names by itself. */
  joined(client: FrameworkClient, channel: ChannelName): void {
    this.#joining = true;
    this.listeners.joined(client, channel);
    this.#joining = false;
  }

  /** Takes an event a client of ours made of a line that it was to hear. */
  heard(client: FrameworkClient, event: IrcEvent): void {
    switch (event.kind) {
      case 'quit':
        if (!this.#once.first(client, `quit ${this.#needs.facts.fold(event.who.nick)}`)) return;
        if (!this.#needs.wasOurs(event.who.nick)) this.emit(event);
        return;
      case 'nick': {
        const { facts } = this.#needs;
        if (this.#once.first(client, `nick ${facts.fold(event.from.nick)} ${event.to}`)) this.emit(event);
        return;
      }
      case 'topic':
      case 'topicSet':
      case 'mode':
        // Numerics come to each client that joins; only the primary's are news.
        if ((event.kind !== 'topicSet' && event.by !== undefined) || this.listeners.primaryOf(event.channel) === client) this.emit(event);
        return;
      default:
        this.emit(event);
    }
  }

  /** A connection of ours changed. */
  status(client: FrameworkClient, status: ClientStatusEvent['status'], why: ClientStatusEvent['why']): void {
    const more = { nick: client.nick, ...(why === undefined ? {} : { why }) };
    this.emit({ ...this.#from(client.id), kind: 'clientStatus', client: client.id, status, ...more });
  }

  /** A client of ours could not come back to a channel after a loss: as good as kicked. */
  shutOut(client: FrameworkClient, channel: ChannelName, why: NonNullable<ClientStatusEvent['why']>): void {
    const by = { nick: 'server' as Nick };
    this.emit({ ...this.#from(client.id), kind: 'kick', who: client.nick, by, channel, reason: why.say });
  }

  /** Hands an event to everybody; what one throws is logged and stops nobody. */
  emit(event: IrcEvent): void {
    for (const listener of this.#onEvent) {
      try {
        listener(event);
      } catch (fault) {
        this.#needs.log.error('event not taken', { kind: event.kind, fault: faultText(fault) });
      }
    }
  }

  /** The others still see the QUIT of a client that was lost; from then on its nick is anybody's. */
  #seeLeaving(line: Peek, buf: Buffer): void {
    if (line.kind !== 'everywhere') return;
    const command = buf.toString('latin1', line.command, line.commandEnd);
    if (/^(?:QUIT|NICK)$/i.test(command)) this.#needs.leaving(buf.toString('utf8', line.nick, line.nickEnd));
  }

  #from(id: ClientId): { network: ClientId['network']; at: number; heardBy: ClientId } {
    return { network: id.network, at: this.#needs.clock.now(), heardBy: id };
  }
}
