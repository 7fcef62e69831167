/** What the flows may ask of Matrix. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { EventId, MxcUri, RoomAlias, RoomId, UserId } from '../model/ids.js';
import type { Entry } from '../journal/port.js';
import type { ReadFigures } from '../metrics/port.js';
import type { JsonObject } from '../model/matrix-content.js';
import type { MatrixEvent } from '../model/matrix-event.js';
import type { AccountNews } from '../model/account.js';

/**
 * One Matrix user we control. Every method tries passing faults again by itself (5xx, timeouts, resets, 429 as told, with
 * backoff) until it succeeds, `signal` ends it, or the homeserver gives a lasting answer: then it throws a `BridgeError`.
 */
export interface Actor {
  readonly userId: UserId;
  /** Registers if that was not done yet (`M_USER_IN_USE` is success), and sets the display name if it differs from the last one set. */
  ensureRegistered(displayName?: string): Promise<void>;
  /** Joins if we do not know to be in; on `M_FORBIDDEN` the bot invites once and the join is tried again. */
  join(room: RoomId, via?: readonly string[]): Promise<void>;
  leave(room: RoomId, reason?: string): Promise<void>;
  /** Harmless for somebody who is in it already. */
  invite(room: RoomId, who: UserId, reason?: string): Promise<void>;
  kick(room: RoomId, who: UserId, reason?: string): Promise<void>;
  /**
   * Sends under a transaction id of the caller's choice, unique over all our senders; every retry is the same, and where
   * an answer was lost it is made sure of first (read back by the mark that `send` puts into the content), so that it is
   * never doubled. Content is cleaned of what chokes a homeserver (H16).
   * @param how.at `origin_server_ts` to be given to it, where that is not now (application services: `?ts=`)
   * @param how.repeat the send may have happened in an earlier life of the process: make sure before the first try
   */
  send(
    room: RoomId,
    type: string,
    content: JsonObject,
    txnId: string,
    how?: { readonly repeat?: boolean; readonly since?: number; readonly at?: number },
  ): Promise<EventId>;
  /** Redacts an event under a transaction id of the caller's choice; harmless when it is redacted already. */
  redact(room: RoomId, event: EventId, txnId: string, reason?: string): Promise<EventId>;
  /** Shows for so long that the user writes; 0: not any more. Tried once. */
  typing(room: RoomId, ms: number): Promise<void>;
  /** Tells whether the user is there. Tried once; a homeserver without presence takes it and forgets it. */
  presence(state: 'online' | 'unavailable', text?: string): Promise<void>;
  sendState(room: RoomId, type: string, stateKey: string, content: JsonObject): Promise<EventId>;
}

export interface RoomWish {
  readonly aliasLocalpart?: string;
  readonly name?: string;
  /** Absent: what the homeserver gives rooms that are in no directory (PM-1). */
  readonly preset?: 'public_chat' | 'private_chat';
  readonly invite?: readonly UserId[];
  readonly isDirect?: boolean;
  readonly initialState?: readonly { readonly type: string; readonly state_key: string; readonly content: JsonObject }[];
  readonly powerLevels?: JsonObject;
  readonly creationContent?: JsonObject;
  readonly roomVersion?: string;
}

/** What a homeserver that asks about a meta event is told (matrix-spec issue 258). */
export interface MetaAnswer {
  readonly action: 'allow' | 'deny' | 'delay';
  readonly delayMs?: number;
  readonly reason?: string;
}

/**
 * What the homeserver says of an account. `no such account`: or it has no profile, which may mean that it was erased.
 * `unknown`: it would say the same of an open one and a closed one.
 */
export type AccountSign = 'open' | 'closed' | 'no such account' | 'unknown';

/** What the homeserver asks of us; answers decide the HTTP status. */
export interface Questions {
  /** `GET /rooms/{alias}`: true once room and alias exist, false: 404. May take up to 30 s. `request`: for the log's `requestOf`. */
  alias(alias: RoomAlias, request?: object): Promise<boolean>;
  /** `GET /users/{userId}`: true once the ghost is registered, false: 404. */
  user(user: UserId): Promise<boolean>;
  /** `GET /ready` and `/health` (LIFE-8): what is wanting, in one word, or `undefined` when all works. */
  wanting(): string | undefined;
  /** `PUT /_matrix/app/unstable/meta/{txnId}`, where it is on: may this go on? What is allowed is then taken as an entry. */
  readonly meta?: (news: AccountNews) => MetaAnswer;
  /** Told of everybody who types in a room now, whenever that changes (CAP-11); must not throw. */
  readonly typing?: (room: RoomId, users: readonly UserId[]) => void;
  /** Whether nobody has a use for an event, as far as is known now: then it is not even kept (SYN-15). Must not throw. */
  readonly unmapped?: (event: MatrixEvent) => boolean;
  /** `GET /metrics`, where the figures are on this port (MET-1). */
  readonly metrics?: ReadFigures;
  /** Requests of strangers on this port; `false`: the path is none of theirs, and nothing was done (MEDIA-17). */
  readonly guests?: (request: IncomingMessage, response: ServerResponse, path: string) => boolean;
}

/** A file as the homeserver begins to give it. Whoever does not read `body` to its end must destroy it. */
export interface Download {
  /** As its sender called it. */
  readonly type?: string;
  /** Bytes; absent when it was not said. */
  readonly length?: number;
  readonly body: Readable;
}

/** An event as it was first sent, or of a redacted one who sent it, and when (`origin_server_ts`); `other`: of no interest. */
export type FoundEvent =
  | { readonly event: MatrixEvent }
  | { readonly deletedOf: UserId; readonly at: number }
  | { readonly other: true };

export interface Homeserver {
  readonly domain: string;
  readonly bot: Actor;
  /** Whether the last call to it was answered by a homeserver that works. */
  readonly reachable: boolean;
  /** The actor of one of our ghosts; the same object for the same id while it is in use. */
  as(user: UserId): Actor;
  /** Whether one of ours is in a room, as far as this process has seen; never asks the homeserver. */
  isIn(user: UserId, room: RoomId): boolean;
  /** Whether `isIn` holds for everybody of ours in a room, those included who came before this process began. */
  knowsRoom(room: RoomId): boolean;
  /** Asks who is in a room, once; gives those of ours of whom that was not known. Throws what is lastingly refused. */
  learnRoom(room: RoomId): Promise<readonly UserId[]>;
  createRoom(by: Actor, wish: RoomWish): Promise<RoomId>;
  /** `undefined`: no such alias. */
  resolveAlias(alias: RoomAlias): Promise<RoomId | undefined>;
  /** Points an alias at a room; one that points elsewhere is `HOMESERVER_IN_USE`. */
  setAlias(alias: RoomAlias, room: RoomId): Promise<void>;
  /** Content of a room's `m.room.create`, as the bot sees it. Throws what is lastingly refused. */
  creationOf(room: RoomId): Promise<JsonObject>;
  /** Whether the homeserver has a room at all, so that the bot is in it, could be, or is refused by somebody there. */
  hasRoom(room: RoomId): Promise<boolean>;
  /** Aliases of the homeserver that point at a room which the bot is in. */
  aliasesOf(room: RoomId): Promise<readonly RoomAlias[]>;
  /** Takes an alias away; harmless when there is none. */
  dropAlias(alias: RoomAlias): Promise<void>;
  /** Gives a room's place in the homeserver's public directory to another, where it has one. */
  moveListing(from: RoomId, to: RoomId): Promise<void>;
  /** Members now joined, as the bot sees them. */
  joinedMembers(room: RoomId): Promise<readonly UserId[]>;
  /** Rooms the bot is in. */
  joinedRooms(): Promise<readonly RoomId[]>;
  /**
   * Fetches a file, tried once, by authenticated media; `signal` ends it at any time.
   * @throws BridgeError for every answer that is no file
   */
  download(mxc: MxcUri, signal: AbortSignal): Promise<Download>;
  /** Has a file locked away (Synapse, where the bot is an admin); tried once. Throws BridgeError for all but success. */
  quarantine(mxc: MxcUri): Promise<void>;
  /** A person's display name in a room, or globally; `undefined`: none. */
  displayName(user: UserId, room?: RoomId): Promise<string | undefined>;
  /**
   * An event of a room, for `viewer` who refers to it, asked by `by`, one of ours who is there. `undefined`: none there,
   * the viewer was not in the room when it was sent (INV-6), or the homeserver cannot say it now.
   */
  lookUp(room: RoomId, id: EventId, viewer: UserId, by: UserId): Promise<FoundEvent | undefined>;
  /** Content of a state event; `undefined`: none, or it cannot be had now. */
  stateOf(room: RoomId, type: string, stateKey: string): Promise<JsonObject | undefined>;
  /** Who the homeserver says the bot is (`/whoami`), once it answers; retried for ever with backoff until `signal`. */
  whoAmI(): Promise<UserId>;
  /**
   * Opens the listener. `onEvent` gets each accepted event once, in order, after it is in the journal; it must not throw
   * and must not wait; neither must `onAccount`, which gets each entry of lane `synthetic`. `replayed` entries never come through here: `decodeEntry` reads them.
   */
  listen(
    questions: Questions,
    onEvent: (event: MatrixEvent, entry: Entry) => void,
    onAccount: (entry: Entry) => void,
  ): Promise<{ readonly port: number }>;
  /** Reads a journal entry of lane `matrix` back; `undefined` when a newer version cannot. */
  decodeEntry(entry: Entry): MatrixEvent | undefined;
  /** Reads a journal entry of lane `synthetic`; what is of no use says why. */
  decodeAccount(entry: Entry): AccountNews;
  /**
   * Takes an account event as if it had come in a transaction (SYN-19, SYN-21): kept, then told to `onAccount`. Gives
   * what it says, `undefined` when it is malformed. Throws `JOURNAL_FULL` and `JOURNAL_FAULT`.
   */
  injectAccount(item: unknown): Promise<AccountNews | undefined>;
  /** Asks what is known of an account of the homeserver; tried once. Throws when it cannot say now. */
  accountSign(user: UserId): Promise<AccountSign>;
  /** Asks the homeserver to push what it holds back (`/ping`); retried, never throws. */
  ping(): Promise<void>;
  /** Answers 503 to transactions from now on (shutdown, LIFE-7). */
  refuse(): void;
  close(): Promise<void>;
}
