/** What a person asks the bot, in an admin room or other direct talk, or by `!irc` in a bridged room: answered. */

import type { Homeserver } from '../homeserver/port.js';
import type { Entry } from '../journal/port.js';
import { isFault } from '../model/errors.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { MessageEvent } from '../model/matrix-event.js';
import type { Obey } from '../model/order.js';
import type { Accounts } from '../people/accounts.js';
import type { AdminRooms } from '../rooms/admin-rooms.js';
import type { CountPeople } from '../rooms/functional-members.js';
import type { Links } from '../rooms/links.js';
import type { Route } from './route.js';

export interface OrderNeeds {
  readonly homeserver: Pick<Homeserver, 'bot' | 'joinedMembers'>;
  readonly adminRooms: AdminRooms;
  readonly countPeople: CountPeople;
  readonly links: Links;
  readonly accounts: Pick<Accounts, 'isClosed'>;
  readonly obey: Obey;
}

type OrderRoute = Extract<Route, { kind: 'order' }>;
export type TakeOrder = (event: MessageEvent, route: OrderRoute, entry: Entry, repeat: boolean) => Promise<void>;

const NO_COMMAND = 'I take commands here, which begin with "!". Send !help for a list of them.';
const CROWD =
  'This room is for you and me alone, since I would do for you what others ask. I leave; invite me to a room of two.';

/** Makes what takes orders. Throws `STOPPING` and what the homeserver lastingly refuses to the bot. */
export function makeTakeOrder(needs: OrderNeeds): TakeOrder {
  const { homeserver, adminRooms } = needs;
  const reply = async (event: MessageEvent, entry: Entry, repeat: boolean, body: string): Promise<void> => {
    const content = {
      msgtype: 'm.notice',
      body,
      'm.mentions': {},
      'm.relates_to': { 'm.in_reply_to': { event_id: event.id } },
    };
    await homeserver.bot.send(event.room, 'm.room.message', content, `${entry.id}.r`, { repeat });
  };
  /** Who is in a room, with the bot among them; nobody when the bot is not in it. */
  const members = async (room: RoomId): Promise<readonly UserId[]> => {
    try {
      const all = await homeserver.joinedMembers(room);
      // Only a crowd is worth asking what it is made of; and the bot counts, whatever the room declares it to be.
      if (all.length <= 2) return all;
      const people = await needs.countPeople(room, all.filter((one) => one !== homeserver.bot.userId));
      return [homeserver.bot.userId, ...people];
    } catch (fault) {
      if (!isFault(fault, 'HOMESERVER_FORBIDDEN') && !isFault(fault, 'HOMESERVER_NOT_FOUND')) throw fault;
      return [];
    }
  };

  return async (event, { where, text }, entry, repeat) => {
    const { sender: person, room } = event;
    // What is told late of a closed account is no order, and is to leave nothing here (SYN-10).
    if (needs.accounts.isClosed(person)) return;
    if (event.replaces !== undefined) return;
    if (where === 'bridged') {
      const networks = [...new Set(needs.links.ofRoom(room).map(({ network }) => network))];
      return reply(event, entry, repeat, await needs.obey({ person, text: text ?? '', networks, request: entry.id }));
    }
    const there = await members(room);
    if (where === 'admin') {
      if (there.length > 2) {
        await reply(event, entry, repeat, CROWD);
        await homeserver.bot.leave(room);
        return adminRooms.drop(room);
      }
      // Whoever it is for: an order of anybody else is none (S29).
      if (adminRooms.ofRoom(room)?.person !== person) return;
    } else {
      if (there.length !== 2 || !there.includes(person)) return;
      if (!adminRooms.of(person)) await adminRooms.add({ room, person });
    }
    await reply(event, entry, repeat, text === undefined ? NO_COMMAND : await needs.obey({ person, text, request: entry.id }));
  };
}
