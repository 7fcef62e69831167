/** NICK: the old ghost leaves, the new one joins, in the rooms where the old one was (GHOST-11). */

import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import { type Clock, within } from '../lib/clock.js';
import { type Log, requestOf } from '../lib/log.js';
import { faultText } from '../model/errors.js';
import type { RoomId } from '../model/ids.js';
import type { IrcEventOf } from '../model/irc-event.js';
import type { NetworkName } from '../model/irc-names.js';
import type { Ghost, Ghosts } from '../people/ghosts.js';
import type { Links } from '../rooms/links.js';
import type { RollCall } from '../rooms/roll-call.js';
import type { Meanwhile } from './meanwhile.js';
import { PATIENCE_MS } from './message.js';

export interface NickNeeds {
  readonly ghosts: Ghosts;
  readonly links: Links;
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'ownerOf'>>;
  readonly homeserver: Pick<Homeserver, 'isIn'>;
  readonly rollCall: Pick<RollCall, 'ask'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Puts a job behind the lines now waiting for a room, so that what was said under the old nick comes first. */
export interface Behind {
  (room: RoomId, job: () => Promise<void>): void;
  /** Whether anything waits for a room: it may bring a ghost in yet. */
  isBusy(room: RoomId): boolean;
}

/** Makes the carrier of NICK. Our own clients' changes are not news to Matrix (INV-1). */
export function makeNick(
  needs: NickNeeds,
  meanwhile: Pick<Meanwhile, 'note'>,
): (event: IrcEventOf<'nick'>, behind: Behind) => void {
  const { ghosts, homeserver } = needs;
  const rename = async (before: Ghost, after: Ghost, room: RoomId): Promise<void> => {
    await ghosts.coming(before.userId, room);
    await needs.rollCall.ask(room);
    if (!homeserver.isIn(before.userId, room)) return;
    await ghosts.ensureIn(after, room);
    if (after.userId !== before.userId) await ghosts.leave(before, room, `now known as ${after.nick}`);
  };
  return (event, behind) => {
    const { network, from, to } = event;
    if (needs.networks.get(network)?.ownerOf(to) !== undefined) return;
    const before = ghosts.of(network, from.nick);
    const after = ghosts.of(network, to);
    const follow = (one: Ghost, room: RoomId): void => {
      behind(room, async () => {
        const renamed = rename(one, after, room).catch((fault: unknown) => {
          needs.log.warn('ghost not renamed', { request: requestOf(event), room, ghost: one.userId, why: faultText(fault) });
        });
        // The room does not wait for a ghost that cannot join (I2M-14).
        await within(needs.clock, PATIENCE_MS, renamed, () => undefined);
      });
    };
    for (const room of new Set(needs.links.onNetwork(network).map((link) => link.room))) {
      // Where he is now, or may be by what still waits.
      const { userId } = before;
      if (homeserver.isIn(userId, room) || behind.isBusy(room) || ghosts.coming(userId, room)) follow(before, room);
    }
    meanwhile.note({ network, before, after, carry: follow });
  };
}
