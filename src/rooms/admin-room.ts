/** Tells a person something in the room that he has with the bot; opens it when there is none. */

import type { Homeserver } from '../homeserver/port.js';
import { SingleFlight } from '../lib/single-flight.js';
import { isFault } from '../model/errors.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { AdminRooms } from './admin-rooms.js';

export interface AdminRoomNeeds {
  readonly homeserver: Pick<Homeserver, 'bot' | 'createRoom' | 'stateOf'>;
  readonly adminRooms: AdminRooms;
}

/** What a person is told. */
export interface Notice {
  readonly text: string;
  /** The transaction id: the same for each try. */
  readonly txnId: string;
  /** The network's name for the name of a new room (CONN-10); absent: no room is made for this. */
  readonly openFor?: string;
  /** It may have been sent in an earlier life of the process. */
  readonly repeat?: boolean;
}

/** Resolves with whether it was sent: not when there is no room and none is to be made, or the person has left it. */
export type TellPerson = (person: UserId, notice: Notice) => Promise<boolean>;

/** Opens a plain room of the bot with a person, unless one is being opened. */
export type OpenAdminRoom = (person: UserId, name: string) => Promise<RoomId>;

/** Makes what opens a room for a person (ADM-3); encryption is not for anybody to switch on, the bot reads none. */
export function makeOpenAdminRoom({ homeserver, adminRooms }: AdminRoomNeeds): OpenAdminRoom {
  const opening = new SingleFlight<UserId, RoomId>();
  return (person, name) =>
    opening.do(person, async () => {
      const room = await homeserver.createRoom(homeserver.bot, {
        preset: 'private_chat',
        name,
        isDirect: true,
        invite: [person],
        powerLevels: {
          users: { [person]: 50 },
          users_default: 0,
          events: { 'm.room.encryption': 100, 'm.room.power_levels': 100, 'm.room.name': 0 },
        },
      });
      await adminRooms.add({ room, person });
      adminRooms.setRead(room, false);
      return room;
    });
}

/** Where a person would read what he is told: his room with the bot, once he has joined it. */
export type ReadRoomOf = (person: UserId) => Promise<RoomId | undefined>;

/** Makes `ReadRoomOf`; after a start the homeserver is asked once for each room. */
export function makeReadRoomOf({ homeserver, adminRooms }: { readonly homeserver: Pick<Homeserver, 'joinedMembers'>; readonly adminRooms: AdminRooms }): ReadRoomOf {
  const isIn = async (room: RoomId, person: UserId): Promise<boolean> => {
    try {
      return (await homeserver.joinedMembers(room)).includes(person);
    } catch (fault) {
      // The bot is not in it any more.
      if (!isFault(fault, 'HOMESERVER_FORBIDDEN') && !isFault(fault, 'HOMESERVER_NOT_FOUND')) throw fault;
      return false;
    }
  };
  return async (person) => {
    const room = adminRooms.of(person)?.room;
    if (room === undefined) return undefined;
    if (adminRooms.isRead(room) === undefined) adminRooms.setRead(room, await isIn(room, person));
    return adminRooms.isRead(room) === true ? room : undefined;
  };
}

/** Makes `TellPerson`. Throws what the homeserver lastingly refuses. */
export function makeTellPerson(needs: AdminRoomNeeds, open: OpenAdminRoom): TellPerson {
  const { homeserver, adminRooms } = needs;
  const send = (room: RoomId, { text, txnId, repeat }: Notice): Promise<unknown> => {
    const content = { msgtype: 'm.notice', body: text, 'm.mentions': {} };
    return homeserver.bot.send(room, 'm.room.message', content, txnId, { repeat: repeat ?? false });
  };
  /** What was before this life of the process nobody remembers, so the homeserver is asked once. */
  const isLeft = async (person: UserId, room: RoomId): Promise<boolean> => {
    if (adminRooms.isRead(room) === undefined) {
      const now = (await homeserver.stateOf(room, 'm.room.member', person))?.['membership'];
      if (now === 'leave' || now === 'ban') adminRooms.setLeft(room, true);
      else if (now === 'join' || now === 'invite') adminRooms.setRead(room, now === 'join');
    }
    return adminRooms.isLeft(room);
  };
  return async (person, notice) => {
    const known = adminRooms.of(person)?.room;
    if (known !== undefined) {
      if (await isLeft(person, known)) return false;
      try {
        await send(known, notice);
        return true;
      } catch (fault) {
        // The bot was put out of it, or it is gone.
        if (!isFault(fault, 'HOMESERVER_FORBIDDEN') && !isFault(fault, 'HOMESERVER_NOT_FOUND')) throw fault;
        await adminRooms.drop(known);
      }
    }
    if (notice.openFor === undefined) return false;
    await send(await open(person, `${notice.openFor} IRC Bridge status`), notice);
    return true;
  };
}
