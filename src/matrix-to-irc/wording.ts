/** What is needed to put a message into words for one client in one channel. */

import type { MatrixHandlerConfig } from '../config/services.js';
import type { MxcUri, RoomAlias, RoomId, UserId } from '../model/ids.js';
import type { How } from '../model/utterance.js';
import type { Ways } from '../policy/ways-of.js';
import type { Earlier } from '../rooms/event-memory.js';

/** The place and its settings. */
export interface Wording {
  readonly ways: Ways;
  /** `ircService.matrixHandler`: the templates. */
  readonly form: MatrixHandlerConfig;
  /** Bytes of text in one line, as others see it. */
  readonly budget: (how: How) => number;
  /** The nick on this network of a ghost, or of a person who has a client there. */
  readonly nickOf: (user: UserId) => string | undefined;
  /** What a room is called on IRC: the channel on this network that it is linked with. */
  readonly channelOf: (room: RoomAlias | RoomId) => string | undefined;
  /** The name under which the bot says it for somebody of another bridge (M2I-42). */
  readonly as?: string;
  /** ACTION and NOTICE are said as plain lines there (M2I-49). */
  readonly only?: { readonly act?: boolean; readonly notice?: boolean };
}

/** What was looked up for a message before it was worded; all of it only what its author may see. */
export interface Prepared {
  /** What it answers, changes, or deletes. */
  readonly earlier?: Earlier;
  /** What it is about could not be found, or may not be seen: whatever it is. */
  readonly lost?: true;
  /** How its thread began. */
  readonly root?: Earlier;
  /** A tag says what it answers: its words need not (M2I-21). */
  readonly tagged?: true;
  /** The address of its file, for people without accounts. */
  readonly address?: string;
  /** The addresses of images within its text (MEDIA-15). */
  readonly images?: ReadonlyMap<MxcUri, string>;
  /** The address of a page with the whole text, once it turned out to be too long. */
  readonly page?: string;
  /** Display names of users that it mentions. */
  readonly names?: ReadonlyMap<UserId, string>;
}

export const NOTHING: Prepared = {};
