/** Who is connected: by owner and by nick. Whose a nick is follows from connections, never from the text of a line. */

import { BoundedMap } from '../lib/bounded-map.js';
import type { Clock } from '../lib/clock.js';
import type { ClientOwner } from '../model/irc-names.js';
import { CaseMap } from '../naming/case-map.js';
import type { CaseMapping } from '../naming/casefold.js';

/**
 * How long a nick stays ours after its connection is gone: its last lines may still be on their way, and a server may
 * take so long to notice (IRC-SERVERS §1, dropped pings).
 */
const LINGER_MS = 300_000;

/** How long after a lingering nick was given up its QUIT may still reach us through others. */
const DEPARTED_MS = 5000;
const DEPARTED_MOST = 10_000;

/** What the registry must know of a client. */
export interface Registered {
  readonly id: { readonly owner: ClientOwner };
}

interface Claim<C> {
  readonly client: C;
  /** When the connection was lost, in ms of the clock's `elapsed`. */
  lostAt: number | undefined;
}

export class Registry<C extends Registered> {
  readonly #clock: Clock;
  readonly #clients = new Map<ClientOwner, C>();
  readonly #nicks = new CaseMap<Claim<C>>();
  readonly #nickOf = new Map<C, string>();
  readonly #departed = new BoundedMap<string, number>(DEPARTED_MOST);
  #lingersUntil = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get clients(): C[] {
    return [...this.#clients.values()];
  }

  of(owner: ClientOwner): C | undefined {
    return this.#clients.get(owner);
  }

  add(client: C): void {
    this.#clients.set(client.id.owner, client);
  }

  /** Forgets a client; its nick lingers. */
  remove(client: C): void {
    if (this.#clients.get(client.id.owner) === client) this.#clients.delete(client.id.owner);
    this.lost(client);
  }

  /** The server told that a client has this nick now. */
  named(client: C, nick: string): void {
    const before = this.#nickOf.get(client);
    if (before !== undefined && this.#nicks.get(before)?.client === client) this.#nicks.delete(before);
    this.#nickOf.set(client, nick);
    this.#nicks.set(nick, { client, lostAt: undefined });
  }

  /** Whether a nick without connection may be claimed. */
  get lingers(): boolean {
    // Asked for every copy of every line: the time is dear, and mostly nobody was lost.
    return this.#lingersUntil > -Infinity && this.#clock.elapsed() < this.#lingersUntil;
  }

  /** The client's connection is gone: its nick is ours for five minutes more, or until it is seen to quit. */
  lost(client: C): void {
    const nick = this.#nickOf.get(client);
    this.#nickOf.delete(client);
    const claim = nick === undefined ? undefined : this.#nicks.get(nick);
    if (claim?.client === client) {
      claim.lostAt = this.#clock.elapsed();
      this.#lingersUntil = claim.lostAt + LINGER_MS;
    }
    this.#sweep();
  }

  /** Somebody with this nick was seen to quit or to change it: a claim without connection is over. */
  seenLeaving(nick: string): void {
    if (this.#nicks.get(nick)?.lostAt === undefined) return;
    this.#nicks.delete(nick);
    this.#departed.set(nick, this.#clock.elapsed());
  }

  /** Whether a QUIT of this nick is that of a lost client of ours: nobody else's news. True once. */
  wasOurs(nick: string): boolean {
    const at = this.#departed.get(nick);
    this.#departed.delete(nick);
    return at !== undefined && this.#clock.elapsed() - at < DEPARTED_MS;
  }

  /** The client whose nick this is. */
  byNick(nick: string): C | undefined {
    const claim = this.#nicks.get(nick);
    if (claim?.lostAt !== undefined && this.#clock.elapsed() - claim.lostAt > LINGER_MS) return undefined;
    return claim?.client;
  }

  rekey(mapping: CaseMapping): void {
    this.#nicks.rekey(mapping);
  }

  #sweep(): void {
    const now = this.#clock.elapsed();
    for (const [nick, { lostAt }] of [...this.#nicks]) {
      if (lostAt !== undefined && now - lostAt > LINGER_MS) this.#nicks.delete(nick);
    }
  }
}
