/** JOIN, PART, QUIT and KICK of people on IRC, as joins and leaves of their ghosts (MEM-5, 7; MOD-9). */

import type { NetworkConfig } from '../config/network.js';
import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import { type Clock, within } from '../lib/clock.js';
import { type Log, requestOf } from '../lib/log.js';
import { faultText } from '../model/errors.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { IrcEventOf } from '../model/irc-event.js';
import type { NetworkName, Nick } from '../model/irc-names.js';
import type { Ghost, Ghosts } from '../people/ghosts.js';
import { carriesMembers, mirrorsToMatrix } from '../policy/mirrors.js';
import type { Links } from '../rooms/links.js';
import type { RollCall } from '../rooms/roll-call.js';
import type { RoomSettings } from '../rooms/room-settings.js';
import type { Meanwhile } from './meanwhile.js';
import { PATIENCE_MS } from './message.js';
import type { Behind } from './nick.js';

export interface MembersNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'ownerOf' | 'fold'>>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly homeserver: Pick<Homeserver, 'isIn' | 'knowsRoom' | 'bot' | 'as'>;
  readonly ghosts: Ghosts;
  readonly links: Links;
  readonly roomSettings: Pick<RoomSettings, 'of'>;
  readonly rollCall: Pick<RollCall, 'ask'>;
  readonly clock: Clock;
  readonly log: Log;
}

type Carry<K extends 'join' | 'part' | 'quit' | 'kick'> = (event: IrcEventOf<K>, behind: Behind) => void;

/** What carries each of the four. Our own clients are people on Matrix already, so they make no ghosts (INV-1). */
export interface Members {
  readonly join: Carry<'join'>;
  readonly part: Carry<'part'>;
  readonly quit: Carry<'quit'>;
  readonly kick: Carry<'kick'>;
}

export function makeMembers(needs: MembersNeeds, meanwhile: Pick<Meanwhile, 'note'>): Members {
  const { networks, links, ghosts, homeserver, log } = needs;
  const ownerOf = (network: NetworkName, nick: Nick): ReturnType<IrcNetwork['ownerOf']> =>
    networks.get(network)?.ownerOf(nick);
  /** Behind what was said before, and without holding up the room for one who cannot come or go (I2M-14). */
  const later = (event: object, behind: Behind, room: RoomId, what: string, job: () => Promise<void>): void => {
    behind(room, async () => {
      const ended = job().catch((fault: unknown) => log.warn(what, { request: requestOf(event), room, why: faultText(fault) }));
      await within(needs.clock, PATIENCE_MS, ended, () => undefined);
    });
  };
  /** @param blind also where the homeserver does not tell whether the ghost is in */
  const leaves = (
    event: IrcEventOf<'part' | 'quit' | 'kick'>,
    { nick, room }: { readonly nick: Nick; readonly room: RoomId },
    reason: string,
    behind: Behind,
    blind = false,
  ): void => {
    later(event, behind, room, 'ghost not taken out', async () => {
      const ghost = ghosts.of(event.network, nick);
      // Who goes before he is in would stay for ever (G8), and so would who came in an earlier life of the process.
      await ghosts.coming(ghost.userId, room);
      await needs.rollCall.ask(room);
      const mayBeIn = homeserver.isIn(ghost.userId, room) || (blind && !homeserver.knowsRoom(room));
      if (mayBeIn) await ghosts.leave(ghost, room, reason);
    });
  };
  const kickPerson = (event: IrcEventOf<'kick'>, person: UserId, room: RoomId, behind: Behind): void => {
    const why = event.reason === undefined ? '' : ` (${event.reason})`;
    const text = `Kicked from ${event.channel} on IRC by ${event.by.nick}${why}`;
    later(event, behind, room, 'person not kicked', () => homeserver.bot.kick(room, person, text));
  };
  const mirrors = (network: NetworkName, channel: IrcEventOf<'join'>['channel']): boolean => {
    const folding = networks.get(network);
    const { membershipLists } = needs.configOf(network);
    return folding !== undefined && mirrorsToMatrix(membershipLists, channel, folding, 'incremental');
  };

  return {
    join(event, behind) {
      const { network, who, channel } = event;
      if (ownerOf(network, who.nick) !== undefined || !mirrors(network, channel)) return;
      for (const { room } of links.ofChannel(network, channel)) {
        later(event, behind, room, 'ghost not brought in', async () => {
          const settings = await needs.roomSettings.of({ room, network, channel });
          if (carriesMembers(settings).toMatrix) await ghosts.ensureIn(ghosts.of(network, who.nick), room);
        });
      }
    },
    part(event, behind) {
      const { network, who, channel, reason } = event;
      if (ownerOf(network, who.nick) !== undefined) return;
      const text = reason === undefined ? 'Part' : `Part: ${reason}`;
      for (const { room } of links.ofChannel(network, channel)) {
        leaves(event, { nick: who.nick, room }, text, behind, mirrors(network, channel));
      }
    },
    quit(event, behind) {
      const { network, who, reason } = event;
      if (ownerOf(network, who.nick) !== undefined) return;
      const before = ghosts.of(network, who.nick);
      const { userId } = before;
      const text = reason === undefined ? 'Quit' : `Quit: ${reason}`;
      const rooms = new Set(links.onNetwork(network).map(({ room }) => room));
      // A QUIT names no channel: the ghost leaves where it is, now or by what still waits.
      for (const room of rooms) {
        const mayBeIn = homeserver.isIn(userId, room) || behind.isBusy(room) || ghosts.coming(userId, room) !== undefined;
        if (mayBeIn) leaves(event, { nick: who.nick, room }, text, behind);
      }
      const carry = ({ nick }: Ghost, room: RoomId): void => leaves(event, { nick, room }, text, behind);
      meanwhile.note({ network, before, carry });
    },
    kick(event, behind) {
      const { network, channel, who, by, reason } = event;
      const owner = ownerOf(network, who);
      const rooms = links.ofChannel(network, channel).map(({ room }) => room);
      if (owner === undefined) {
        const text = `Kicked by ${by.nick}${reason === undefined ? '' : `: ${reason}`}`;
        for (const room of rooms) leaves(event, { nick: who, room }, text, behind);
      } else if (owner !== 'bot' && event.heardBy.owner === owner) {
        // Others of ours see the same KICK; the kicked client's own word counts.
        if (by.nick === 'server' && !needs.configOf(network).ircClients.kickOn.channelJoinFailure) return;
        for (const room of rooms) kickPerson(event, owner, room, behind);
      }
    },
  };
}
