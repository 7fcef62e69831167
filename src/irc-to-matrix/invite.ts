/** INVITE of a person's client: the person is invited to the channel's rooms, made if that is allowed (MEM-17). */

import type { NetworkConfig } from '../config/network.js';
import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import { Allowance } from '../lib/allowance.js';
import type { Clock } from '../lib/clock.js';
import { type Log, requestOf } from '../lib/log.js';
import { BridgeError, faultText, isFault } from '../model/errors.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { IrcEventOf } from '../model/irc-event.js';
import type { NetworkName } from '../model/irc-names.js';
import type { Ghosts } from '../people/ghosts.js';
import type { TellPerson } from '../rooms/admin-room.js';
import type { Links } from '../rooms/links.js';
import type { OpenOnDemand } from '../rooms/on-demand.js';

export interface InviteNeeds {
  readonly homeserver: Pick<Homeserver, 'bot' | 'as'>;
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'ownerOf'>>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly ghosts: Pick<Ghosts, 'of' | 'ensureIn'>;
  readonly links: Links;
  readonly openOnDemand: OpenOnDemand;
  readonly tellPerson: TellPerson;
  readonly clock: Clock;
  readonly log: Log;
}

/** Invitations that a person gets in a minute from IRC (RELIABILITY S9). */
const MOST = 5;

/** Makes the carrier. Invitations of the bot are not obeyed: it goes where rooms are linked. */
export function makeInvite(needs: InviteNeeds): (event: IrcEventOf<'invite'>) => Promise<void> {
  const { homeserver, ghosts, log } = needs;
  const allowed = new Allowance(needs.clock, MOST, 60_000);
  let count = 0;

  /** By the ghost of who invites, where the room lets it; otherwise by the bot. */
  const invite = async (event: IrcEventOf<'invite'>, person: UserId, room: RoomId): Promise<void> => {
    const { network, by, channel } = event;
    const reason = `${by.nick} invites you to ${channel} on IRC`;
    // Who is on Matrix himself has no ghost (INV-1).
    if (needs.networks.get(network)?.ownerOf(by.nick) === undefined) {
      const ghost = ghosts.of(network, by.nick);
      try {
        await ghosts.ensureIn(ghost, room);
        return await homeserver.as(ghost.userId).invite(room, person, reason);
      } catch (fault) {
        if (isFault(fault, 'STOPPING') || !(fault instanceof BridgeError)) throw fault;
        log.info('ghost may not invite, the bot does', { request: requestOf(event), room, ghost: ghost.userId, why: faultText(fault) });
      }
    }
    await homeserver.bot.invite(room, person, reason);
  };

  return async (event) => {
    const { network, to, by, channel } = event;
    const person = to.owner;
    if (person === 'bot' || !allowed.take(`${network} ${person}`)) return;
    let rooms: readonly RoomId[] = needs.links.ofChannel(network, channel).map(({ room }) => room);
    if (rooms.length === 0) {
      const opened = await needs.openOnDemand({ network, person, channel, uninvited: true });
      if (!opened.ok) {
        const { say } = opened.refusal;
        log.info('invitation not carried', { request: requestOf(event), network, channel, person, why: say });
        const { name = network, sendConnectionMessages } = needs.configOf(network);
        if (!sendConnectionMessages) return;
        const text = `${by.nick} invites you to ${channel} on ${name}, but it has no room here. ${say}`;
        await needs.tellPerson(person, { text, txnId: `invite.${event.at}.${count++}`, openFor: name });
        return;
      }
      rooms = opened.value.rooms;
    }
    for (const room of rooms) await invite(event, person, room);
  };
}
