/** Who types on Matrix, told on IRC by `+typing` (CAP-11): by who is connected and in the channel anyway. */

import type { IrcNetwork } from '../irc/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import type { Clock, Timer } from '../lib/clock.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { NetworkName } from '../model/irc-names.js';
import type { Links } from '../rooms/links.js';
import type { PmRooms } from '../rooms/pm-rooms.js';
import { type Destination, targetOf } from './private-message.js';

export interface TypingNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'clientOf'>>;
  readonly links: Pick<Links, 'ofRoom'>;
  readonly pmRooms: Pick<PmRooms, 'ofRoom'>;
  readonly clock: Clock;
  /** Whether a user is one of ours: what is typed on IRC comes back to us (INV-1). */
  readonly isOurs: (user: string) => boolean;
  /** `matrixHandler.typing`. */
  readonly on: () => boolean;
}

/** Told again so often while it lasts: not before 3 s, and it is over for whoever has heard nothing for 6 s (IRCv3 typing). */
const AGAIN_MS = 4_000;
const LEAST_MS = 3_000;
/** Whoever was never said to have stopped has stopped. */
const MOST_MS = 120_000;
/** Most stop because they have sent what they typed: that comes by then, and there is nothing to tell. */
const MESSAGE_MS = 1_000;
/** People followed at a time. */
const MOST = 1_000;

interface Typist {
  readonly user: UserId;
  readonly places: readonly Destination[];
  readonly since: number;
  /** When it was last told that he types; -Infinity: others think that he does not. */
  toldAt: number;
  timer: Timer | undefined;
}

export class Typing {
  readonly #needs: TypingNeeds;
  readonly #typists = new Map<string, Typist>();
  /** Who types, by room. */
  readonly #rooms = new BoundedMap<RoomId, ReadonlySet<UserId>>(10_000);

  constructor(needs: TypingNeeds) {
    this.#needs = needs;
  }

  /** Takes who types in a room now. Never throws. */
  take(room: RoomId, users: readonly UserId[]): void {
    const before = this.#rooms.get(room) ?? new Set<UserId>();
    const now = new Set(this.#needs.on() ? users.filter((user) => !this.#needs.isOurs(user)) : []);
    if (now.size === 0) this.#rooms.delete(room);
    else this.#rooms.set(room, now);
    for (const user of before) if (!now.has(user)) this.#stops(keyOf(room, user));
    for (const user of now) {
      const places = this.#placesOf(room, user);
      if (places.length > 0) this.#starts(keyOf(room, user), user, places);
    }
  }

  /** Somebody has said something: that ends it for whoever sees it, until he types on. */
  said(room: RoomId, user: UserId): void {
    if (this.#typists.size === 0) return;
    const typist = this.#typists.get(keyOf(room, user));
    if (typist) typist.toldAt = -Infinity;
  }

  #starts(key: string, user: UserId, places: readonly Destination[]): void {
    const known = this.#typists.get(key);
    const { clock } = this.#needs;
    if (known ? known.timer !== undefined : this.#typists.size >= MOST) return;
    const typist: Typist = { user, places, since: clock.elapsed(), toldAt: known?.toldAt ?? -Infinity, timer: undefined };
    this.#typists.set(key, typist);
    const wait = typist.toldAt + LEAST_MS - clock.elapsed();
    if (wait > 0) typist.timer = clock.after(wait, () => this.#tell(key, typist));
    else this.#tell(key, typist);
  }

  /** That he types, again and again. Where nobody can be told, no more is tried. */
  #tell(key: string, typist: Typist): void {
    const { clock } = this.#needs;
    typist.timer = undefined;
    const told = clock.elapsed() - typist.since < MOST_MS && this.#signal(typist, 'active');
    if (!told) return void this.#typists.delete(key);
    typist.toldAt = clock.elapsed();
    typist.timer = clock.after(AGAIN_MS, () => this.#tell(key, typist));
  }

  #stops(key: string): void {
    const typist = this.#typists.get(key);
    if (!typist) return;
    const { clock } = this.#needs;
    typist.timer?.end();
    typist.timer = undefined;
    const wait = Math.max(MESSAGE_MS, typist.toldAt + LEAST_MS - clock.elapsed());
    const tell = (): void => {
      if (this.#typists.get(key) !== typist || typist.timer !== undefined) return;
      this.#typists.delete(key);
      if (typist.toldAt > -Infinity) this.#signal(typist, 'done');
    };
    clock.after(wait, tell);
  }

  #signal({ user, places }: Typist, state: 'active' | 'done'): boolean {
    let told = false;
    for (const place of places) {
      const client = this.#needs.networks.get(place.network)?.clientOf(user);
      if (client?.status !== 'ready' || ('channel' in place && !client.inChannel(place.channel))) continue;
      if (client.signal(targetOf(place), { kind: 'typing', state })) told = true;
    }
    return told;
  }

  #placesOf(room: RoomId, user: UserId): readonly Destination[] {
    const pm = this.#needs.pmRooms.ofRoom(room);
    if (pm) return pm.person === user ? [pm] : [];
    return this.#needs.links.ofRoom(room);
  }
}

function keyOf(room: RoomId, user: UserId): string {
  return `${room}\n${user}`;
}
