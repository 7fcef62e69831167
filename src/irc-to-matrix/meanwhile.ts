/** What became of people on IRC while it was not yet known in which rooms their ghosts are: done once it is (MEM-7, G8). */

import { BoundedMap } from '../lib/bounded-map.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { NetworkName } from '../model/irc-names.js';
import type { Ghost, Ghosts } from '../people/ghosts.js';
import type { Links } from '../rooms/links.js';
import type { RollCall } from '../rooms/roll-call.js';

export interface MeanwhileNeeds {
  readonly ghosts: Pick<Ghosts, 'coming'>;
  readonly links: Pick<Links, 'onNetwork' | 'ofRoom'>;
  readonly rollCall: Pick<RollCall, 'listen' | 'isOpen' | 'askAll'>;
}

/** A change that names no channel: a QUIT, or a NICK. */
export interface Change {
  readonly network: NetworkName;
  readonly before: Ghost;
  /** Absent: he has gone. */
  readonly after?: Ghost;
  /** Does it in a room in which the ghost `first` was found, who is `before`, or was by the nicks in between. */
  readonly carry: (first: Ghost, room: RoomId) => void;
}

/** People of whom it is remembered, while rooms are being asked for. */
const MOST = 20_000;

export class Meanwhile {
  readonly #needs: MeanwhileNeeds;
  /** By who he was at first: the last that became of him. */
  readonly #fates = new BoundedMap<UserId, Change & { readonly first: Ghost }>(MOST);
  /** Who was at first who is called so now. */
  readonly #first = new BoundedMap<UserId, Ghost>(MOST);

  constructor(needs: MeanwhileNeeds) {
    this.#needs = needs;
    needs.rollCall.listen(
      (room, found) => this.#known(room, found),
      () => {
        this.#fates.clear();
        this.#first.clear();
      },
    );
  }

  /** Remembers a change if there are rooms of the network that are not known, and sees to it that they will be. */
  note(change: Change): void {
    const { links, rollCall } = this.#needs;
    const { network, before, after } = change;
    const open = links.onNetwork(network).filter(({ room }) => rollCall.isOpen(room));
    if (open.length === 0) return;
    const first = this.#first.get(before.userId) ?? before;
    this.#first.delete(before.userId);
    if (after) this.#first.set(after.userId, first);
    this.#fates.set(first.userId, { ...change, first });
    rollCall.askAll(open.map(({ room }) => room));
  }

  #known(room: RoomId, found: readonly UserId[]): void {
    if (this.#fates.size === 0) return;
    for (const user of found) {
      const fate = this.#fates.get(user);
      // Who is on his way in has come back since.
      if (!fate || this.#needs.ghosts.coming(user, room) !== undefined) continue;
      if (this.#needs.links.ofRoom(room).some(({ network }) => network === fate.network)) fate.carry(fate.first, room);
    }
  }
}
