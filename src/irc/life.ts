/** A client's connections one after the other: asks for its turn, connects, and after an ending decides about the next. */

import { within, type Clock, type Timer } from '../lib/clock.js';
import type { Nick } from '../model/irc-names.js';
import { done, refused, type Outcome, type Refusal } from '../model/refusal.js';
import { comeBackAfter } from './connection/come-back.js';
import type { ConnectQueue, Turn } from './connection/connect-queue.js';
import type { Ending } from './wire/irc-errors.js';
import type { ClientStatus } from './port.js';
import { Session, type SessionNeeds } from './connection/session.js';

/** How long `whenReady` waits. */
const READY_MS = 60_000;
/** Once somebody of ours was let in again, the others who were waiting come within this. */
const SOON_MS = 5_000;
/** A connection that lasted so long makes earlier failures forgotten. */
const LASTING_MS = 60_000;

export interface LifeNeeds {
  readonly clock: Clock;
  readonly queue: ConnectQueue;
  readonly bot: boolean;
  /** In [0, 1). */
  readonly chance: () => number;
  /** What the next connection is to be made with. */
  session(): Omit<SessionNeeds, 'clock' | 'registered' | 'ended'>;
  /** A connection is being made. */
  connecting(): void;
  ready(nick: Nick, session: Session): void;
  /** The connection is gone. `forever`: refused for good, nothing follows. */
  lost(why: Refusal, forever: boolean): void;
}

export class Life {
  readonly #needs: LifeNeeds;
  #status: ClientStatus = 'waiting';
  #session: Session | undefined;
  #timer: Timer | undefined;
  #started = false;
  #count = 0;
  /** When the planned try is due, where the server was gone and nothing speaks against an earlier one. */
  #dueAt: number | undefined;
  #readyAt: number | undefined;
  #why: Refusal = refused('timed-out', 'The IRC network has not let you in yet.').refusal;
  #waiting: ((outcome: Outcome) => void)[] = [];

  constructor(needs: LifeNeeds) {
    this.#needs = needs;
  }

  get status(): ClientStatus {
    return this.#status;
  }

  get session(): Session | undefined {
    return this.#session;
  }

  /** Gets in line for the first connection; `urgent`: its person waits to be heard, now or since it got in line. */
  start(urgent: boolean): void {
    if (!this.#started) this.#ask(urgent ? 'urgent' : 'first');
    else if (urgent) this.#needs.queue.hurry(this);
    this.#started = true;
  }

  /** The network is there again, as another client has shown: a long wait for it becomes a short one. */
  wake(): void {
    const { clock, chance } = this.#needs;
    if (this.#dueAt === undefined || this.#dueAt - clock.elapsed() <= SOON_MS) return;
    this.#plan(chance() * SOON_MS, true);
  }

  /** See the port's `VirtualClient.whenReady`; after a minute the last reason why not. */
  whenReady(): Promise<Outcome> {
    if (this.#status === 'ready') return Promise.resolve(done);
    if (this.#status === 'ended') return Promise.resolve({ ok: false, refusal: this.#why });
    const ready = new Promise<Outcome>((resolve) => this.#waiting.push(resolve));
    return within(this.#needs.clock, READY_MS, ready, (): Outcome => ({ ok: false, refusal: this.#why }));
  }

  /** Ends for good, with QUIT where there is a connection. */
  async end(reason: string, why: Refusal): Promise<void> {
    if (this.#status === 'ended') return;
    this.#over(why);
    await this.#session?.quit(reason);
    this.#session = undefined;
  }

  #ask(turn: Turn): void {
    this.#needs.queue.ask(this, turn, () => this.#connect());
  }

  #plan(wait: number, sooner: boolean): void {
    const { clock } = this.#needs;
    this.#timer?.end();
    this.#dueAt = sooner ? clock.elapsed() + wait : undefined;
    this.#timer = clock.after(wait, () => {
      this.#dueAt = undefined;
      this.#ask('again');
    });
  }

  #connect(): void {
    this.#status = 'connecting';
    this.#needs.connecting();
    const session = new Session({
      ...this.#needs.session(),
      clock: this.#needs.clock,
      registered: (nick) => this.#registered(nick, session),
      ended: (ending, why, asked) => {
        if (!asked) this.#ended(ending, why);
      },
    });
    this.#session = session;
    session.open();
  }

  #registered(nick: Nick, session: Session): void {
    this.#status = 'ready';
    this.#readyAt = this.#needs.clock.elapsed();
    this.#needs.queue.succeeded(this);
    this.#needs.ready(nick, session);
    this.#answer(done);
  }

  #ended(ending: Ending, why: Refusal): void {
    const { clock, queue, bot, chance } = this.#needs;
    if (this.#status === 'ended') return;
    if (ending === 'secured' && this.#readyAt === undefined) {
      // The same attempt, now with TLS, of which the server cannot ask more.
      this.#connect();
      return;
    }
    const lasted = this.#readyAt !== undefined && clock.elapsed() - this.#readyAt >= LASTING_MS;
    this.#count = lasted ? 1 : this.#count + 1;
    this.#readyAt = undefined;
    this.#session = undefined;
    this.#why = why;
    queue.ended(this, ending);
    const wait = comeBackAfter({ ending, why, count: this.#count, bot, hostBanned: queue.probing, chance: chance() });
    if (wait === 'never') {
      this.#over(why);
      this.#needs.lost(why, true);
      return;
    }
    this.#status = 'waiting';
    this.#plan(wait, (ending === 'lost' || ending === 'unreachable') && why.reason !== 'nick-taken');
    this.#needs.lost(why, false);
  }

  #over(why: Refusal): void {
    this.#status = 'ended';
    this.#why = why;
    this.#timer?.end();
    this.#dueAt = undefined;
    this.#needs.queue.forget(this);
    this.#answer({ ok: false, refusal: why });
  }

  #answer(outcome: Outcome): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve(outcome);
  }
}
