/** Everything the homeserver may tell us, as one union on `kind`, already judged and typed. */

import type { EventId, MxcUri, RoomId, UserId } from './ids.js';
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

/** A file of any kind. `name` is unclean. */
export interface MediaBody {
  readonly type: 'media';
  readonly media: 'image' | 'video' | 'audio' | 'file' | 'sticker';
  readonly name: string;
  readonly caption?: string;
  readonly mxc?: MxcUri;
  readonly mime?: string;
  /** Size in bytes as the sender claims it. */
  readonly bytes?: number;
  /** True when the file is encrypted (`file` instead of `url`). */
  readonly encrypted: boolean;
}

export interface MessageEvent extends RoomEvent {
  readonly kind: 'message';
  readonly body: TextBody | MediaBody;
  /** `m.in_reply_to.event_id`, when well-formed. */
  readonly replyTo?: EventId;
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
  | EncryptedEvent
  | EncryptionOnEvent;

export type MatrixEventOf<K extends MatrixEvent['kind']> = Extract<MatrixEvent, { kind: K }>;
