/** Typing and away, shown by ghosts that are there already: for neither is anybody made or brought in (CAP-11, CAP-14). */

import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import { Allowance } from '../lib/allowance.js';
import type { Clock } from '../lib/clock.js';
import { type Log, requestOf } from '../lib/log.js';
import { faultText } from '../model/errors.js';
import type { PresenceEvent, TypingEvent } from '../model/irc-event.js';
import type { NetworkName } from '../model/irc-names.js';
import type { Ghosts } from '../people/ghosts.js';
import type { Links } from '../rooms/links.js';
import type { PmRooms } from '../rooms/pm-rooms.js';
import { ircToHtml } from '../text/irc-to-html.js';

export interface TypingNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'ownerOf'>>;
  readonly homeserver: Pick<Homeserver, 'as' | 'isIn'>;
  readonly ghosts: Ghosts;
  readonly links: Links;
  readonly pmRooms: PmRooms;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long each state lasts unless it is told anew (IRCv3 typing). */
const LASTS_MS = { active: 6_000, paused: 30_000, done: 0 } as const;
/** Clients tell it every three seconds at most; whoever tells it more often is not followed. */
const EVERY_MS = 2_000;
/** Changes of being away that one may make in a minute. */
const CHANGES = 6;

/** Makes what carries typing. `paused` is still typing: the text stands in the box. */
export function makeTyping(needs: TypingNeeds): (event: TypingEvent) => void {
  const { networks, homeserver, ghosts, links, pmRooms, clock, log } = needs;
  const often = new Allowance(clock, 2, EVERY_MS);
  return (event) => {
    const { network, from, channel, heardBy, state } = event;
    if (networks.get(network)?.ownerOf(from.nick) !== undefined) return;
    const ghost = ghosts.of(network, from.nick);
    const pm = channel === undefined && heardBy.owner !== 'bot' ? pmRooms.find(network, heardBy.owner, from.nick) : undefined;
    const rooms = channel === undefined ? [] : links.ofChannel(network, channel).map(({ room }) => ({ room, user: ghost.userId }));
    if (pm) rooms.push({ room: pm.room, user: pm.ghost });
    for (const { room, user } of rooms) {
      if (!homeserver.isIn(user, room) || !often.take(`${user} ${room}`)) continue;
      homeserver
        .as(user)
        .typing(room, LASTS_MS[state])
        .catch((fault: unknown) => log.debug('typing not shown', { request: requestOf(event), room, why: faultText(fault) }));
    }
  };
}

/** Makes what carries AWAY: away is `unavailable` with the text as status, back is `online`. */
export function makePresence(needs: TypingNeeds): (event: PresenceEvent) => void {
  const { networks, homeserver, ghosts, links, clock, log } = needs;
  const often = new Allowance(clock, CHANGES, 60_000);
  return (event) => {
    const { network, who, text } = event;
    if (networks.get(network)?.ownerOf(who.nick) !== undefined) return;
    const { userId } = ghosts.of(network, who.nick);
    const there = links.onNetwork(network).some(({ room }) => homeserver.isIn(userId, room));
    if (!there || !often.take(userId)) return;
    const shown = text === undefined ? undefined : ircToHtml(text).plain;
    homeserver
      .as(userId)
      .presence(text === undefined ? 'online' : 'unavailable', shown)
      .catch((fault: unknown) => log.debug('presence not shown', { request: requestOf(event), ghost: userId, why: faultText(fault) }));
  };
}
