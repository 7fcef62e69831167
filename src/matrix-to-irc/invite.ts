/** A ghost or the bot is invited: a private talk, an admin room, or neither (PM-3…5, ADM-1). */

import type { NetworkConfig } from '../config/network.js';
import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import type { Entry } from '../journal/port.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { NetworkName, Nick } from '../model/irc-names.js';
import type { MemberEvent } from '../model/matrix-event.js';
import { mayConnect } from '../policy/may-connect.js';
import { mayTalk } from '../policy/may-talk.js';
import type { Accounts } from '../people/accounts.js';
import type { Ghosts } from '../people/ghosts.js';
import type { AdminRooms } from '../rooms/admin-rooms.js';
import type { Links } from '../rooms/links.js';
import type { PmRooms } from '../rooms/pm-rooms.js';

export interface InviteNeeds {
  readonly homeserver: Pick<Homeserver, 'bot' | 'as' | 'domain' | 'stateOf'>;
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'fold' | 'ownerOf'>>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly nickOf: (user: UserId) => { readonly network: NetworkName; readonly nick: Nick } | undefined;
  readonly ghosts: Ghosts;
  readonly links: Links;
  readonly pmRooms: PmRooms;
  readonly adminRooms: AdminRooms;
  readonly accounts: Pick<Accounts, 'isClosed'>;
}

const WELCOME = 'Hello! I am the bridge to IRC. Send !help to see what I can do for you.';

/** Makes what answers invitations of ours. Throws `STOPPING` and what the homeserver lastingly refuses. */
export function makeInvite(needs: InviteNeeds): (event: MemberEvent, entry: Entry, repeat: boolean) => Promise<void> {
  const { homeserver } = needs;

  /** A room that somebody is about to join with a channel, as integration managers mark it, is nobody's room with the bot. */
  const isForPlumbing = async (room: RoomId): Promise<boolean> =>
    (await homeserver.stateOf(room, 'm.room.plumbing', ''))?.['status'] === 'enabled';

  const inviteBot = async (event: MemberEvent, entry: Entry, repeat: boolean): Promise<void> => {
    const linked = needs.links.ofRoom(event.room).length > 0;
    // Any other room is not ours to go to unasked: the invitation stays open (S-130).
    if (!linked && !event.isDirect) return;
    await homeserver.bot.join(event.room);
    if (linked || (await isForPlumbing(event.room))) return;
    await needs.adminRooms.add({ room: event.room, person: event.sender });
    needs.adminRooms.setRead(event.room, true);
    await homeserver.bot.send(event.room, 'm.room.message', notice(WELCOME), `${entry.id}.w`, { repeat });
  };

  const inviteGhost = async (
    event: MemberEvent,
    { network, nick }: { readonly network: NetworkName; readonly nick: Nick },
    entry: Entry,
    repeat: boolean,
  ): Promise<void> => {
    const { room, sender: person, target } = event;
    const irc = needs.networks.get(network);
    // In a bridged room everybody on IRC is there already.
    if (!irc || needs.links.ofRoom(room).length > 0) return;
    const actor = homeserver.as(target);
    const say = (body: string): Promise<unknown> =>
      actor.send(room, 'm.room.message', notice(body), `${entry.id}.i`, { repeat });
    await needs.ghosts.ensureIn(needs.ghosts.named(network, nick, target), room);
    const config = needs.configOf(network);
    const excluded = mayConnect(person, config, undefined);
    const allowed = excluded.ok ? mayTalk(person, nick, config.privateMessages, irc, homeserver.domain) : excluded;
    if (!event.isDirect || !allowed.ok) {
      const why = allowed.ok
        ? `${nick} is on IRC, where there is no group chat. Start a direct chat with me to talk in private.`
        : allowed.refusal.say;
      await say(why);
      await actor.leave(room, allowed.ok ? 'No group chat with people on IRC' : allowed.refusal.say);
      return;
    }
    await needs.pmRooms.add({ room, network, person, nick, ghost: target });
    const owner = irc.ownerOf(nick);
    if (owner !== undefined && owner !== 'bot') {
      await say(`${nick} is ${owner} on Matrix: you can write to that account directly. This room goes by way of IRC.`);
    }
  };

  return async (event, entry, repeat) => {
    // A closed account invites nobody; what is told of it late is to leave nothing here (SYN-10).
    if (needs.accounts.isClosed(event.sender)) return;
    if (event.target === homeserver.bot.userId) return inviteBot(event, entry, repeat);
    const ghost = needs.nickOf(event.target);
    if (ghost) await inviteGhost(event, ghost, entry, repeat);
  };
}

function notice(body: string): { msgtype: string; body: string; 'm.mentions': Record<string, never> } {
  return { msgtype: 'm.notice', body, 'm.mentions': {} };
}
