/** What joins a channel and a room, and the rooms with a purpose of their own. */

import type { RoomId, UserId } from './ids.js';
import type { ChannelName, NetworkName, Nick } from './irc-names.js';

/** Where a link came from, with mairc's words (store documents keep them). */
export type LinkOrigin = 'config' | 'alias' | 'provision' | 'join';

/** One channel joined with one room. Both sides may have several. */
export interface Link {
  readonly network: NetworkName;
  readonly channel: ChannelName;
  readonly room: RoomId;
  readonly origin: LinkOrigin;
  readonly key?: string;
}

/** The room of a private conversation between a Matrix user and a nick. */
export interface PmRoom {
  readonly room: RoomId;
  readonly network: NetworkName;
  readonly person: UserId;
  readonly nick: Nick;
  readonly ghost: UserId;
  /** `user@host` of the nick when it last wrote: another one may be another person (RELIABILITY S10). */
  readonly mask?: string;
  /** The person has left it or has not taken the invitation. */
  readonly left?: boolean;
}

/** A room where a person talks with the bridge's bot. */
export interface AdminRoom {
  readonly room: RoomId;
  readonly person: UserId;
}

/** A room that another one replaces (`m.room.tombstone`), and how far we have followed (ROOM-17, PM-2). */
export interface Replacement {
  readonly from: RoomId;
  readonly to: RoomId;
  /** The server of who replaced it: the new room's id may name none by which it could be found. */
  readonly via: string;
  /** When we heard of it, ms since the epoch. */
  readonly at: number;
  /** `waiting`: until one of ours is let in; `moving`: found good, and the links go over; `moved`: nothing is left to do. */
  readonly stage: 'waiting' | 'moving' | 'moved';
  /** Of a room for two: which of ours is to be invited, and by whom. */
  readonly talk?: { readonly ours: UserId; readonly person: UserId };
}

/** A linked room that the homeserver does not have any more (RELIABILITY H9). `at`: when that was seen, ms since the epoch. */
export interface GoneRoom {
  readonly room: RoomId;
  readonly at: number;
}
