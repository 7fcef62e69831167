/** Everything the homeserver may tell us, as one union on `kind`, already judged and typed. */

import type { EventId, MxcUri, RoomId, UserId } from './ids.js';
import type { JsonObject } from './matrix-content.js';
import type { How } from './utterance.js';

/** What all room events carry. `at` is `origin_server_ts` (ms): forgeable, only for age and display. */
export interface RoomEvent {
  readonly room: RoomId;
  readonly id: EventId;
  readonly sender: UserId;
  readonly at: number;
}

/** Text as sent: `plain` is `body`, `html` is `formatted_body` of `org.matrix.custom.html` only. Both unclean. */
export interface TextBody {
  readonly type: 'text';
  readonly how: How;
  readonly plain: string;
  readonly html?: string;
  /** `m.mentions.user_ids`, those that are well-formed. */
  readonly mentions: readonly UserId[];
}

/** A file of any kind. `name` is unclean; `voice` is audio that was spoken for the room (MSC3245). */
export interface MediaBody {
  readonly type: 'media';
  readonly media: 'image' | 'video' | 'audio' | 'voice' | 'file' | 'sticker';
  readonly name: string;
  readonly caption?: string;
  /** `formatted_body` of a caption. */
  readonly captionHtml?: string;
  readonly mxc?: MxcUri;
  readonly mime?: string;
  /** Size in bytes as the sender claims it. */
  readonly bytes?: number;
  /** Of a picture or film, in pixels, as the sender claims it. */
  readonly width?: number;
  readonly height?: number;
  /** How long it plays, in ms, as the sender claims it. */
  readonly durationMs?: number;
  /** True when the file is encrypted (`file` instead of `url`). */
  readonly encrypted: boolean;
}

/** `m.location`: `geo` is a `geo:` URI as sent (RFC 5870), unclean. */
export interface PlaceBody {
  readonly type: 'place';
  readonly words: string;
  readonly geo?: string;
}

/** A poll as it is asked (MSC3381, `m.poll.start`); all texts unclean. */
export interface PollBody {
  readonly type: 'poll';
  readonly question: string;
  readonly answers: readonly { readonly id: string; readonly text: string }[];
}

/** How a poll came out (`m.poll.end`). `words` is the sender's own; `counts` by an answer's id, where it is told. */
export interface PollResultBody {
  readonly type: 'pollResult';
  readonly poll: EventId;
  readonly words?: string;
  readonly counts: ReadonlyMap<string, number>;
}

/** Not said but done: a reaction (`m.annotation`), `others` besides the sender having done the same at that moment. */
export interface ReactionBody {
  readonly type: 'reaction';
  readonly target: EventId;
  readonly key: string;
  readonly others: number;
}

/** A message was redacted. */
export interface DeletionBody {
  readonly type: 'deletion';
  readonly target: EventId;
  /** Unclean. */
  readonly reason?: string;
}

/** What somebody says, or tells by doing. */
export type Body = TextBody | MediaBody | PlaceBody | PollBody | PollResultBody | ReactionBody | DeletionBody;

export interface MessageEvent extends RoomEvent {
  readonly kind: 'message';
  readonly body: Body;
  /** `m.in_reply_to.event_id`, when well-formed. */
  readonly replyTo?: EventId;
  /** The thread it belongs to: its root, and what its sender saw last of it, where the client tells. */
  readonly thread?: { readonly root: EventId; readonly latest?: EventId };
  /** The event that this one replaces (`m.replace`); `body` is then the new content. */
  readonly replaces?: EventId;
}

export interface MemberEvent extends RoomEvent {
  readonly kind: 'member';
  readonly target: UserId;
  readonly now: 'join' | 'leave' | 'invite' | 'ban' | 'knock';
  readonly before?: 'join' | 'leave' | 'invite' | 'ban' | 'knock';
  readonly reason?: string;
  readonly displayName?: string;
  readonly isDirect: boolean;
}

export interface TopicEvent extends RoomEvent {
  readonly kind: 'topic';
  readonly text: string;
}
export interface TombstoneEvent extends RoomEvent {
  readonly kind: 'tombstone';
  readonly replacement: RoomId;
}
export interface RedactionEvent extends RoomEvent {
  readonly kind: 'redaction';
  readonly redacts: EventId;
  /** Unclean. */
  readonly reason?: string;
}
/** `m.reaction`. */
export interface ReactionEvent extends RoomEvent {
  readonly kind: 'reaction';
  readonly target: EventId;
  /** What it was done with: an emoji, mostly. Unclean. */
  readonly key: string;
}
/** The room's own settings (RC-3): the state event as it is, which `policy/room-settings.ts` reads. */
export interface RoomSettingsEvent extends RoomEvent {
  readonly kind: 'roomSettings';
  readonly stateKey: string;
  readonly content: JsonObject;
}
/** `m.room.encrypted`: nothing readable. */
export interface EncryptedEvent extends RoomEvent {
  readonly kind: 'encrypted';
}
/** `m.room.encryption`: the room is encrypted from now on. */
export interface EncryptionOnEvent extends RoomEvent {
  readonly kind: 'encryptionOn';
}

export type MatrixEvent =
  | MessageEvent
  | MemberEvent
  | TopicEvent
  | TombstoneEvent
  | RedactionEvent
  | ReactionEvent
  | RoomSettingsEvent
  | EncryptedEvent
  | EncryptionOnEvent;

export type MatrixEventOf<K extends MatrixEvent['kind']> = Extract<MatrixEvent, { kind: K }>;
