/** What was said in one room of a channel, shown in its other rooms (ROOM-8). */

import type { Homeserver } from '../homeserver/port.js';
import type { Entry } from '../journal/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import type { Clock } from '../lib/clock.js';
import { KeyedQueue } from '../lib/keyed-queue.js';
import type { Log } from '../lib/log.js';
import { faultText, isFault } from '../model/errors.js';
import type { EventId, RoomId } from '../model/ids.js';
import type { Link } from '../model/link.js';
import type { MessageEvent } from '../model/matrix-event.js';
import type { Nick } from '../model/irc-names.js';
import type { Ghosts } from '../people/ghosts.js';
import type { EventMemory } from '../rooms/event-memory.js';
import type { EventPairs } from '../rooms/event-pairs.js';
import type { Links } from '../rooms/links.js';
import { copyOf, editOf } from './copy-content.js';
import type { Relay } from './relay.js';

export interface CopyNeeds {
  readonly homeserver: Pick<Homeserver, 'as' | 'displayName'>;
  readonly ghosts: Ghosts;
  readonly links: Links;
  readonly pairs: EventPairs;
  readonly memory: Pick<EventMemory, 'change' | 'moment' | 'remember'>;
  /** Under which name the bot speaks for somebody on a network, as it last did (M2I-42). */
  readonly relay: Pick<Relay, 'lastNameOf'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** A message said in a channel. `copied`: rooms that have it already, shared by all channels of the message. */
export interface Original {
  readonly event: MessageEvent;
  readonly entry: Entry;
  readonly link: Link;
  readonly repeat: boolean;
  readonly copied: Set<RoomId>;
}

/** Both resolve when that is done in each room, or was lastingly refused, which is logged. Throw `STOPPING`. */
export interface Copies {
  /** Shows what was said by the ghost of the nick that said it on IRC. */
  say(original: Original, by: Nick): Promise<void>;
  /** Does to the copies of a message what its edit or deletion does to it. */
  change(original: Original): Promise<void>;
}

/** A display name is asked for again after this. */
const NAME_MS = 600_000;

/**
 * Makes `Copies`: the other rooms see the Matrix event itself, never the IRC line (INV-1), from the ghost of the nick
 * that said it, under the author's display name. Copies of one ghost in one room keep their order, and a room that is
 * slow holds up no other.
 */
export function makeCopies(needs: CopyNeeds): Copies {
  const { homeserver, ghosts, pairs, memory } = needs;
  // What is pushed tells of its faults itself.
  const lanes = new KeyedQueue<string>(() => undefined);
  const names = new BoundedMap<string, { readonly at: number; readonly name: string | undefined }>(1000);
  const nameOf = async ({ sender, room }: MessageEvent): Promise<string | undefined> => {
    const known = names.get(`${sender} ${room}`);
    if (known && needs.clock.elapsed() - known.at < NAME_MS) return known.name;
    const name = await homeserver.displayName(sender, room);
    names.set(`${sender} ${room}`, { at: needs.clock.elapsed(), name });
    return name;
  };

  const nameBefore = ({ event, link }: Original): string | undefined => needs.relay.lastNameOf(event.sender, link.network, event.room);

  const answeredIn = async (room: RoomId, { event, link: { network, channel } }: Original): Promise<EventId | undefined> => {
    const { replyTo } = event;
    return replyTo === undefined ? undefined : pairs.inOtherRoom(replyTo, event.room, room, network, channel);
  };

  const inTurn = async (rooms: readonly RoomId[], lane: string, original: Original, work: (room: RoomId) => Promise<void>): Promise<void> => {
    const tried = async (room: RoomId): Promise<void> => {
      try {
        await work(room);
      } catch (fault) {
        if (isFault(fault, 'STOPPING')) throw fault;
        needs.log.warn('message not copied to room', { request: original.entry.id, room, event: original.event.id, why: faultText(fault) });
      }
    };
    const one = (room: RoomId): Promise<void> =>
      new Promise((resolve, reject) => {
        lanes.push(`${room} ${lane}`, () => tried(room).then(resolve, reject));
      });
    await Promise.all(rooms.map(one));
  };

  const others = ({ event, link, copied }: Original): readonly RoomId[] => {
    const linked = needs.links.ofChannel(link.network, link.channel).map(({ room }) => room);
    const rooms = linked.filter((room) => room !== event.room && !copied.has(room));
    for (const room of rooms) copied.add(room);
    return rooms;
  };

  return {
    async say(original, by) {
      const { event, entry, link, repeat } = original;
      const ghost = ghosts.of(link.network, by);
      const { network, channel: target } = link;
      await inTurn(others(original), event.sender, original, async (room) => {
        // What the bot says is shown as the bot's, with the name before it: it says more people's than one.
        const as = nameBefore(original);
        const displayName = as === undefined ? await nameOf(event) : undefined;
        await ghosts.ensureIn({ ...ghost, displayName: displayName ?? ghost.displayName }, room);
        const order = repeat ? 0 : memory.moment();
        const content = copyOf(event, await answeredIn(room, original), as);
        const made = await homeserver.as(ghost.userId).send(room, 'm.room.message', content, entry.id, { repeat, since: entry.at });
        pairs.addCopy({ room, event: made, network, target, of: event.id, nick: by, author: event.sender, at: event.at });
        memory.remember(room, made, { sender: ghost.userId, at: event.at, body: event.body, nick: by }, order);
      });
    },
    async change(original) {
      const { event, entry, link, repeat } = original;
      const target = event.body.type === 'deletion' ? event.body.target : event.replaces;
      if (target === undefined) return;
      // Behind the copy itself, which may still be on its way.
      await inTurn(others(original), event.sender, original, async (room) => {
        const copy = (await pairs.copiesOf(target, link.network, link.channel)).find((pair) => pair.room === room);
        if (!copy) return;
        const actor = homeserver.as(ghosts.of(link.network, copy.nick).userId);
        if (event.body.type === 'deletion') {
          await actor.redact(room, copy.event, `${entry.id}.d`, event.body.reason);
        } else if (copy.author === event.sender) {
          await actor.send(room, 'm.room.message', editOf(event, copy.event, nameBefore(original)), entry.id, { repeat, since: entry.at });
          memory.change(room, copy.event, event.body);
        }
      });
    },
  };
}

/** What is said is copied; a reaction is not. */
export function isCopied({ body, replaces }: MessageEvent): boolean {
  if (replaces !== undefined) return false;
  return body.type === 'text' || body.type === 'media' || body.type === 'place' || body.type === 'poll';
}
