/** INVITE of a person's client: the person is invited to the channel's rooms, made if that is allowed (MEM-17). */

import type { Homeserver } from '../homeserver/port.js';
import { Allowance } from '../lib/allowance.js';
import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import type { RoomId } from '../model/ids.js';
import type { IrcEventOf } from '../model/irc-event.js';
import type { Links } from '../rooms/links.js';
import type { OpenOnDemand } from '../rooms/on-demand.js';

export interface InviteNeeds {
  readonly homeserver: Pick<Homeserver, 'bot'>;
  readonly links: Links;
  readonly openOnDemand: OpenOnDemand;
  readonly clock: Clock;
  readonly log: Log;
}

/** Invitations that a person gets in a minute from IRC (RELIABILITY S9). */
const MOST = 5;

/** Makes the carrier. Invitations of the bot are not obeyed: it goes where rooms are linked. */
export function makeInvite(needs: InviteNeeds): (event: IrcEventOf<'invite'>) => Promise<void> {
  const allowed = new Allowance(needs.clock, MOST, 60_000);
  return async ({ network, to, by, channel }) => {
    const person = to.owner;
    if (person === 'bot' || !allowed.take(`${network} ${person}`)) return;
    let rooms: readonly RoomId[] = needs.links.ofChannel(network, channel).map(({ room }) => room);
    if (rooms.length === 0) {
      const opened = await needs.openOnDemand({ network, person, channel });
      if (!opened.ok) {
        needs.log.info('invitation not carried', { network, channel, person, why: opened.refusal.say });
        return;
      }
      rooms = opened.value.invited ? [] : opened.value.rooms;
    }
    const reason = `${by.nick} invites you to ${channel} on IRC`;
    for (const room of rooms) await needs.homeserver.bot.invite(room, person, reason);
  };
}
