/** One connection from dial to end: registers, keeps alive, hands on what it hears. A client has one after the other. */

import type { Client, IrcMessage } from 'irc-framework';
import type { Clock, Timer } from '../../lib/clock.js';
import type { Nick } from '../../model/irc-names.js';
import { refused, type Refusal } from '../../model/refusal.js';
import { fencedClient, fencedOptions } from './framework-fixes.js';
import { endingOf, endingRefusal, type Ending } from '../wire/irc-errors.js';
import { pingLine, pongLine, quitLine } from '../wire/lines.js';
import type { Credentials, Login } from './login.js';
import type { Handed } from './outbox.js';
import { Registration } from './registration.js';
import type { StrictLink } from './strict.js';
import { transportClass, type SocketTransport, type WireOptions } from './socket-transport.js';

/** Until the server closes after QUIT (IRC-QUIT). */
const QUIT_MS = 2_000;

export interface SessionNeeds {
  readonly clock: Clock;
  /** Hears whether the host wants TLS. */
  readonly strict?: StrictLink;
  readonly wire: Omit<WireOptions, 'clock' | 'onTraffic' | 'onTransport'>;
  readonly nick: Nick;
  readonly ident: string;
  readonly realname: string;
  /** PASS. */
  readonly password?: string;
  /** SASL PLAIN. */
  readonly credentials?: Credentials;
  /** Whether it hears for others what people do. */
  readonly news: boolean;
  /** NICKLEN of the network, where known. */
  readonly nickLength: number | undefined;
  readonly pingRateMs: number;
  readonly pingTimeoutMs: number;
  /** Whether another connection of ours has or wants this nick. */
  isOurs(nick: string): boolean;
  /** What a PING is to bring back. */
  ping(): string;
  /** 001 came: the nick in it is the true one. */
  registered(nick: Nick): void;
  /** Every line after 001, and 005. */
  line(line: IrcMessage): void;
  /** Over, once, whatever the reason; `asked`: by `quit`. */
  ended(ending: Ending, why: Refusal, asked: boolean): void;
}

export class Session {
  readonly #needs: SessionNeeds;
  readonly #client: Client;
  #stage: 'dialling' | 'registering' | 'up' | 'quitting' | 'over' = 'dialling';
  #registration: Registration | undefined;
  #timer: Timer | undefined;
  #transport: SocketTransport | undefined;
  #heardAt: number;
  /** What the server said before it closed; the first telling line wins. */
  #last: { ending: Ending; why: Refusal } | undefined;
  #whenOver: (() => void)[] = [];

  constructor(needs: SessionNeeds) {
    this.#needs = needs;
    this.#heardAt = needs.clock.elapsed();
    this.#client = fencedClient((line) => this.#take(line));
  }

  open(): void {
    const { clock, wire, nick, ident, realname, password } = this.#needs;
    this.#client.on('socket connected', () => this.#connected());
    this.#client.on('socket close', (fault) => this.#closed(fault));
    const transport = transportClass({
      ...wire,
      clock,
      onTraffic: () => (this.#heardAt = clock.elapsed()),
      onTransport: (made) => (this.#transport = made),
    });
    this.#client.connect(
      fencedOptions({
        host: wire.host,
        port: wire.port,
        nick,
        username: ident,
        gecos: realname === '' ? ident : realname,
        transport,
        ...(password === undefined ? {} : { password }),
      }),
    );
  }

  /** Writes a line at once, past all pacing. */
  write(line: string | undefined, handed: Handed = () => undefined): void {
    if (line === undefined || !this.#transport) handed(false);
    else this.#transport.writeAndKnow(line, handed);
  }

  /** Reads what there is, if the connection rested. */
  rouse(): void {
    this.#transport?.rouse();
  }

  /** What the server has acknowledged: capabilities, and the account. */
  get capabilities(): Pick<Login, 'enabled' | 'valueOf' | 'account'> | undefined {
    return this.#registration?.login;
  }

  /** QUITs, waits two seconds at most for the server to close, closes. Resolves when it is over. */
  quit(reason: string): Promise<void> {
    if (this.#stage === 'over') return Promise.resolve();
    const over = new Promise<void>((resolve) => this.#whenOver.push(resolve));
    const why = endingRefusal('lost', reason);
    if (this.#stage === 'dialling') {
      this.#end('lost', why, true);
    } else if (this.#stage !== 'quitting') {
      this.#stage = 'quitting';
      this.write(quitLine(reason));
      this.#timer?.end();
      this.#timer = this.#needs.clock.after(QUIT_MS, () => this.#end('lost', why, true));
    }
    return over;
  }

  /** Closes at once: nothing is to be expected of this connection any more. */
  abandon(words: string): void {
    this.#giveUp(words);
  }

  #connected(): void {
    if (this.#stage !== 'dialling') return;
    const { clock, nick, nickLength, credentials, news } = this.#needs;
    this.#stage = 'registering';
    this.#heardAt = clock.elapsed();
    this.#timer?.end();
    this.#registration = new Registration({
      clock,
      nick,
      nickLength,
      news,
      sts: (value) => this.#sts(value),
      ...(credentials === undefined ? {} : { credentials }),
      isOurs: (other) => this.#needs.isOurs(other),
      write: (line) => this.write(line),
      registered: (given) => this.#up(given),
      failed: (ending, why) => this.#give(ending, why),
      warned: (ending, words) => this.#note(ending, words),
      line: (line) => this.#needs.line(line),
    });
  }

  /** Every parsed line comes here; what it throws is caught, counted and dropped by the transport. */
  #take(line: IrcMessage): void {
    if (this.#stage === 'over') return;
    this.#heardAt = this.#needs.clock.elapsed();
    const { command, params } = line;
    switch (command) {
      case 'PING':
        this.write(pongLine(params.at(-1) ?? ''));
        return;
      case 'CAP':
        this.#registration?.login.onCap(params);
        return;
      case 'AUTHENTICATE':
        this.#registration?.login.onChallenge(params[0]);
        return;
      case 'ERROR':
        // It ends the connection even when the socket stays open (RELIABILITY §5.4).
        this.#note(endingOf('ERROR', params.at(-1) ?? ''), params.at(-1) ?? '');
        this.#finish();
        return;
      default:
        if (this.#stage === 'registering') this.#registration?.take(line);
        else this.#needs.line(line);
    }
  }

  /** @returns whether this connection is over for it */
  #sts(value: string): boolean {
    if (this.#needs.strict?.heard(value) !== true) return false;
    this.#end('secured', endingRefusal('secured', undefined), false);
    return true;
  }

  #up(nick: Nick): void {
    const { clock, pingRateMs, pingTimeoutMs } = this.#needs;
    this.#stage = 'up';
    this.#registration?.end();
    this.#timer = clock.every(Math.max(1000, Math.min(pingRateMs, pingTimeoutMs / 2)), () => this.#keepAlive());
    this.#needs.registered(nick);
  }

  /** Pings when it is quiet, ends when it stays quiet (R2). */
  #keepAlive(): void {
    const quiet = this.#needs.clock.elapsed() - this.#heardAt;
    if (quiet >= this.#needs.pingTimeoutMs) this.#giveUp('the network fell silent');
    else this.write(pingLine(this.#needs.ping()));
  }

  #note(ending: Ending, words: string): void {
    if (this.#last === undefined || this.#last.ending === 'lost') this.#last = { ending, why: endingRefusal(ending, words) };
  }

  /** Ends the connection with a reason of our own. */
  #give(ending: Ending, why: Refusal): void {
    this.#last ??= { ending, why };
    this.write(quitLine());
    this.#finish();
  }

  #giveUp(words: string): void {
    this.#note(this.#stage === 'dialling' ? 'unreachable' : 'lost', words);
    this.#finish();
  }

  #closed(fault: unknown): void {
    this.#giveUp(fault instanceof Error ? fault.message : 'the connection was closed');
  }

  #finish(): void {
    const late = refused('connection-lost', 'The IRC connection was lost.').refusal;
    const { ending, why } = this.#last ?? { ending: 'lost' as const, why: late };
    this.#end(ending, why, this.#stage === 'quitting');
  }

  #end(ending: Ending, why: Refusal, asked: boolean): void {
    if (this.#stage === 'over') return;
    this.#stage = 'over';
    this.#timer?.end();
    this.#registration?.end();
    this.#client.removeAllListeners();
    this.#transport?.removeAllListeners();
    // Politely, so that a QUIT under way arrives; the transport itself sees to its end.
    this.#transport?.close();
    for (const resolve of this.#whenOver) resolve();
    this.#needs.strict?.over();
    this.#needs.ended(ending, why, asked);
  }
}
