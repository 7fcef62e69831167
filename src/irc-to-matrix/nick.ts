/** NICK: the old ghost leaves, the new one joins, in the rooms where the old one was (GHOST-11). */

import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import type { IrcEventOf } from '../model/irc-event.js';
import type { NetworkName } from '../model/irc-names.js';
import type { Ghosts } from '../people/ghosts.js';
import type { Links } from '../rooms/links.js';

export interface NickNeeds {
  readonly ghosts: Ghosts;
  readonly links: Links;
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'ownerOf'>>;
  readonly homeserver: Pick<Homeserver, 'isIn'>;
}

/** Makes the carrier of NICK. Our own clients' changes are not news to Matrix (INV-1). */
export function makeNick(needs: NickNeeds): (event: IrcEventOf<'nick'>) => Promise<void> {
  return async (event) => {
    if (needs.networks.get(event.network)?.ownerOf(event.to) !== undefined) return;
    const before = needs.ghosts.of(event.network, event.from.nick);
    const after = needs.ghosts.of(event.network, event.to);
    const rooms = new Set(needs.links.onNetwork(event.network).map(({ room }) => room));
    for (const room of rooms) {
      if (!needs.homeserver.isIn(before.userId, room)) continue;
      await needs.ghosts.ensureIn(after, room);
      if (after.userId !== before.userId) await needs.ghosts.leave(before, room, `now known as ${event.to}`);
    }
  };
}
