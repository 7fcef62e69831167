/** How fast connections of one network are opened: in turn, few at once, later when the network objects. */

import type { Clock, Timer } from '../../lib/clock.js';
import type { Ending } from '../wire/irc-errors.js';

/** What the network is given to calm down after "throttled", and after "too many connections" (CONN-6, CONN-8). */
const THROTTLED_MS = 20_000;
const FULL_MS = 60_000;
/** So many bans in so short a time are a ban of the whole host (RELIABILITY R9). */
const BANS = 5;
const BANS_WITHIN_MS = 10_000;
/** New clients that may come at once before the spacing counts: a few people who begin to talk wait for nobody. */
const AT_ONCE = 5;
const PAUSE_FIRST_MS = 600_000;
const PAUSE_MOST_MS = 6 * 3_600_000;

/** Clients of people who wait to be heard may begin so fast, whatever the spacing is. */
const URGENT = 20;
const URGENT_WITHIN_MS = 10_000;

/**
 * `urgent`: a new client whose person has just spoken. `first`: a new client, spaced. `again`: after a loss, bounded in
 * number at a time.
 */
export type Turn = 'urgent' | 'first' | 'again';
const TURNS = ['urgent', 'first', 'again'] as const;

export interface ConnectQueueNeeds {
  readonly clock: Clock;
  /** `reconnectIntervalMs`: between two first connections, when there are many. */
  readonly spacingMs: number;
  /** `concurrentReconnectLimit`: attempts after a loss that may run side by side; 0 for no limit. */
  readonly atOnce: number;
  /** Called when the whole host seems banned, with the length of the pause in ms. */
  onPause(pauseMs: number): void;
}

export class ConnectQueue {
  readonly #needs: ConnectQueueNeeds;
  readonly #lanes: Readonly<Record<Turn, Map<object, () => void>>> = { urgent: new Map(), first: new Map(), again: new Map() };
  /** Clients whose attempt is neither registered nor over, by kind. */
  readonly #running: Readonly<Record<Turn, Set<object>>> = { urgent: new Set(), first: new Set(), again: new Set() };
  /** When the latest new clients began. */
  #begun: number[] = [];
  #bans: number[] = [];
  /** When the line of first connections would be empty again at one for each spacing. */
  #emptyAt = 0;
  #notBefore = 0;
  #pauses = 0;
  /** After a ban of the host one attempt at a time, until one succeeds. */
  #probing = false;
  #timer: Timer | undefined;

  constructor(needs: ConnectQueueNeeds) {
    this.#needs = needs;
  }

  /** Whether the network is taken to have banned us as a whole. */
  get probing(): boolean {
    return this.#probing;
  }

  /** Calls `start` when it is the client's turn, maybe at once. One place in the line for each client. */
  ask(client: object, turn: Turn, start: () => void): void {
    this.#leave(client);
    this.#lanes[turn].set(client, start);
    this.#serve();
  }

  /** The client's person waits to be heard now: its first connection goes before those that nobody waits for. */
  hurry(client: object): void {
    const start = this.#lanes.first.get(client);
    if (!start) return;
    this.#lanes.first.delete(client);
    this.#lanes.urgent.set(client, start);
    this.#serve();
  }

  /** The client's attempt succeeded; its place is free. */
  succeeded(client: object): void {
    this.#leave(client);
    this.#probing = false;
    this.#pauses = 0;
    this.#serve();
  }

  /** The client's attempt or connection ended so; the network is spared accordingly. */
  ended(client: object, ending: Ending): void {
    this.#leave(client);
    const now = this.#needs.clock.elapsed();
    if (ending === 'throttled') this.#hold(now + THROTTLED_MS);
    if (ending === 'full') this.#hold(now + FULL_MS);
    if (ending === 'banned') this.#banned(now);
    this.#serve();
  }

  /** The client wants no turn any more. */
  forget(client: object): void {
    this.#leave(client);
    this.#serve();
  }

  /** Ends the timer and forgets everybody. */
  end(): void {
    for (const turn of TURNS) {
      this.#lanes[turn].clear();
      this.#running[turn].clear();
    }
    this.#timer?.end();
  }

  #banned(now: number): void {
    this.#bans = [...this.#bans.filter((at) => now - at < BANS_WITHIN_MS), now];
    if (this.#bans.length < BANS && !this.#probing) return;
    const pause = Math.min(PAUSE_FIRST_MS * 2 ** Math.min(this.#pauses, 10), PAUSE_MOST_MS);
    this.#pauses++;
    this.#probing = true;
    this.#bans = [];
    this.#hold(now + pause);
    this.#needs.onPause(pause);
  }

  #hold(until: number): void {
    this.#notBefore = Math.max(this.#notBefore, until);
  }

  #leave(client: object): void {
    for (const turn of TURNS) {
      this.#lanes[turn].delete(client);
      this.#running[turn].delete(client);
    }
  }

  /** Starts whoever may start now, and sets the timer for the next. */
  #serve(): void {
    const now = this.#needs.clock.elapsed();
    let wake = Infinity;
    for (const turn of TURNS) {
      for (const [client, start] of this.#lanes[turn]) {
        const at = this.#mayStartAt(turn, now);
        if (at > now) {
          wake = Math.min(wake, at);
          break;
        }
        this.#lanes[turn].delete(client);
        this.#running[turn].add(client);
        if (turn !== 'again') this.#began(now);
        start();
      }
    }
    this.#timer?.end();
    this.#timer = wake < Infinity ? this.#needs.clock.after(wake - now, () => this.#serve()) : undefined;
  }

  #began(now: number): void {
    this.#emptyAt = Math.max(this.#emptyAt, now) + this.#needs.spacingMs;
    this.#begun = [...this.#begun, now].slice(-URGENT);
  }

  /** When a turn of this kind may start; Infinity: when an attempt that runs is over. */
  #mayStartAt(turn: Turn, now: number): number {
    if (this.#notBefore > now) return this.#notBefore;
    if (this.#probing && TURNS.some((other) => this.#running[other].size > 0)) return Infinity;
    const spaced = this.#emptyAt - (AT_ONCE - 1) * this.#needs.spacingMs;
    if (turn === 'urgent') return Math.min(spaced, (this.#begun.at(-URGENT) ?? -Infinity) + URGENT_WITHIN_MS);
    if (turn === 'first') return spaced;
    const { atOnce } = this.#needs;
    return atOnce === 0 || this.#running.again.size < atOnce ? now : Infinity;
  }
}
