/** Which rooms were replaced by which, and how far we have followed: kept in memory, written through to the store. */

import type { RoomId, UserId } from '../model/ids.js';
import type { Replacement } from '../model/link.js';
import type { RoomFateStore } from '../store/port.js';

/** Private talks whose new room is waited for; the oldest is forgotten, and can be asked for by a direct chat. */
const MOST_TALKS = 10_000;
/** Upgrades of one room in a row that are followed: a ring of them must end. */
const MOST_STEPS = 100;

export class Replacements {
  readonly #store: Pick<RoomFateStore, 'replacements' | 'saveReplacement' | 'removeReplacement'>;
  readonly #ofRoom = new Map<RoomId, Replacement>();
  /** Those that were found good, of linked rooms. */
  readonly #byNew = new Map<RoomId, Replacement>();

  constructor(store: Pick<RoomFateStore, 'replacements' | 'saveReplacement' | 'removeReplacement'>) {
    this.#store = store;
  }

  async load(): Promise<void> {
    const all = [...(await this.#store.replacements())].sort((one, other) => one.at - other.at);
    for (const each of all) this.#put(each);
  }

  /** What replaces a room, followed or not. */
  of(room: RoomId): Replacement | undefined {
    return this.#ofRoom.get(room);
  }

  /** What a room is to replace, as long as that is not over: several may say so, and at most one of them is right. */
  by(room: RoomId): readonly Replacement[] {
    return [...this.#ofRoom.values()].filter(({ to, stage }) => to === room && stage !== 'moved');
  }

  /** Those of linked rooms that are not over. */
  get open(): readonly Replacement[] {
    return [...this.#ofRoom.values()].filter(({ stage, talk }) => stage !== 'moved' && !talk);
  }

  /** The room that has a linked room's links now: its last successor, or itself. */
  now(room: RoomId): RoomId {
    return this.#walk(room, (at) => {
      const found = this.#ofRoom.get(at);
      return !found || found.stage === 'waiting' || found.talk ? undefined : found.to;
    });
  }

  /** The room under which the configuration may know a linked room: its first predecessor, or itself. */
  first(room: RoomId): RoomId {
    return this.#walk(room, (at) => this.#byNew.get(at)?.from);
  }

  /** In force once it is stored. */
  async save(replacement: Replacement): Promise<void> {
    await this.#store.saveReplacement(replacement);
    this.#put(replacement);
    if (!replacement.talk) return;
    const talks = [...this.#ofRoom.values()].filter(({ talk }) => talk);
    for (const { from } of talks.slice(0, Math.max(0, talks.length - MOST_TALKS))) await this.drop(from);
  }

  async drop(from: RoomId): Promise<void> {
    const known = this.#ofRoom.get(from);
    if (!known) return;
    this.#forget(known);
    await this.#store.removeReplacement(from);
  }

  /** Forgets the talks of these people (SYN-10). */
  async forget(people: ReadonlySet<UserId>): Promise<void> {
    for (const { from, talk } of [...this.#ofRoom.values()]) if (talk && people.has(talk.person)) await this.drop(from);
  }

  #put(replacement: Replacement): void {
    const before = this.#ofRoom.get(replacement.from);
    if (before) this.#forget(before);
    this.#ofRoom.set(replacement.from, replacement);
    if (replacement.stage !== 'waiting' && !replacement.talk) this.#byNew.set(replacement.to, replacement);
  }

  #forget(known: Replacement): void {
    this.#ofRoom.delete(known.from);
    if (this.#byNew.get(known.to) === known) this.#byNew.delete(known.to);
  }

  #walk(room: RoomId, next: (at: RoomId) => RoomId | undefined): RoomId {
    let at = room;
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      const after = next(at);
      if (after === undefined || after === room) return at;
      at = after;
    }
    return at;
  }
}
