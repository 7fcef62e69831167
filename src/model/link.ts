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
