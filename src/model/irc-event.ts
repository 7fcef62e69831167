/** Everything the bridge may hear from IRC, as one union on `kind`. */

import type { ChannelName, ClientId, Hostmask, NetworkName, Nick } from './irc-names.js';
import type { How } from './utterance.js';
import type { Refusal } from './refusal.js';

/** What all of them carry: the network, when the line was read (ms since the epoch, our clock), which client heard it. */
export interface Heard {
  readonly network: NetworkName;
  readonly at: number;
  readonly heardBy: ClientId;
}

/** A line said in a channel; told once however many clients heard it. `text` may hold formatting codes, never CR, LF, NUL. */
export interface ChannelMessage extends Heard {
  readonly kind: 'message';
  readonly from: Hostmask;
  readonly channel: ChannelName;
  readonly how: How;
  readonly text: string;
  /** IRCv3 `msgid`, when the server gives one. */
  readonly msgid?: string;
  /** The msgid of what it answers (`+reply`). */
  readonly replyTo?: string;
  /** When it was said, ms since the epoch, where that was noticeably before it was heard (server-time). */
  readonly sentAt?: number;
}

/** A line said to one of our clients alone (PRIVMSG or NOTICE to its nick). */
export interface PrivateMessage extends Heard {
  readonly kind: 'privateMessage';
  readonly from: Hostmask;
  /** False for a line from a server, which has no user and host. */
  readonly fromUser: boolean;
  readonly to: ClientId;
  readonly how: How;
  readonly text: string;
  readonly msgid?: string;
  readonly replyTo?: string;
  readonly sentAt?: number;
}

export interface JoinEvent extends Heard {
  readonly kind: 'join';
  readonly who: Hostmask;
  readonly channel: ChannelName;
}
export interface PartEvent extends Heard {
  readonly kind: 'part';
  readonly who: Hostmask;
  readonly channel: ChannelName;
  readonly reason?: string;
}
export interface QuitEvent extends Heard {
  readonly kind: 'quit';
  readonly who: Hostmask;
  readonly reason?: string;
}
export interface KickEvent extends Heard {
  readonly kind: 'kick';
  readonly who: Nick;
  readonly by: Hostmask;
  readonly channel: ChannelName;
  readonly reason?: string;
}
export interface NickEvent extends Heard {
  readonly kind: 'nick';
  readonly from: Hostmask;
  readonly to: Nick;
}
/** The member list after a JOIN (353, 366). `prefixes` are characters of ISUPPORT PREFIX, highest first, such as `@+`. */
export interface NamesEvent extends Heard {
  readonly kind: 'names';
  readonly channel: ChannelName;
  readonly members: readonly { readonly nick: Nick; readonly prefixes: string }[];
}
/** A new topic, or without `by` the one that a channel has, told at a join (331, 332). */
export interface TopicEvent extends Heard {
  readonly kind: 'topic';
  readonly channel: ChannelName;
  readonly by?: Hostmask;
  readonly text: string;
}
/** 333, after 332: who set the topic, and when (ms since the epoch). */
export interface TopicSetEvent extends Heard {
  readonly kind: 'topicSet';
  readonly channel: ChannelName;
  readonly nick: Nick;
  readonly setAt: number;
}
export interface ModeEvent extends Heard {
  readonly kind: 'mode';
  readonly channel: ChannelName;
  readonly by?: Hostmask;
  readonly changes: readonly { readonly add: boolean; readonly letter: string; readonly param?: string }[];
}
export interface InviteEvent extends Heard {
  readonly kind: 'invite';
  readonly by: Hostmask;
  readonly to: ClientId;
  readonly channel: ChannelName;
}
/** A connection of ours changed; `why` on `lost` and `refused`. `kicked`: the client was put out of `channel`. */
export interface ClientStatusEvent extends Heard {
  readonly kind: 'clientStatus';
  readonly client: ClientId;
  readonly status: 'connecting' | 'ready' | 'lost' | 'refused' | 'ended';
  readonly nick?: Nick;
  readonly why?: Refusal;
}

/** The server refused what a client of ours said to a channel or nick; nothing tells which line it was (R18). */
export interface NotSaidEvent extends Heard {
  readonly kind: 'notSaid';
  readonly to: ChannelName | Nick;
  readonly why: Refusal;
}
/** 301: somebody to whom a client of ours wrote is away. */
export interface AwayEvent extends Heard {
  readonly kind: 'away';
  readonly nick: Nick;
  readonly text: string;
}

/** A reaction to a message by tags (TAGMSG with `+draft/react`), or its taking back. Without `channel`: to us alone. */
export interface ReactionEvent extends Heard {
  readonly kind: 'reaction';
  readonly from: Hostmask;
  readonly channel?: ChannelName;
  /** The message that it is about. */
  readonly msgid: string;
  readonly key: string;
  readonly undo: boolean;
}
/** REDACT: a message was deleted, by its author or by who may. Without `channel`: in a private talk with us. */
export interface RedactionEvent extends Heard {
  readonly kind: 'redaction';
  readonly by: Hostmask;
  readonly channel?: ChannelName;
  readonly msgid: string;
  readonly reason?: string;
}
/** Somebody is writing (`+typing`). Without `channel`: to the client that heard it. */
export interface TypingEvent extends Heard {
  readonly kind: 'typing';
  readonly from: Hostmask;
  readonly channel?: ChannelName;
  readonly state: 'active' | 'paused' | 'done';
}
/** AWAY: somebody in a channel of ours is away, or without `text` back (away-notify). */
export interface PresenceEvent extends Heard {
  readonly kind: 'presence';
  readonly who: Hostmask;
  readonly text?: string;
}

export type IrcEvent =
  | ChannelMessage
  | PrivateMessage
  | JoinEvent
  | PartEvent
  | QuitEvent
  | KickEvent
  | NickEvent
  | NamesEvent
  | TopicEvent
  | TopicSetEvent
  | ModeEvent
  | InviteEvent
  | NotSaidEvent
  | AwayEvent
  | ReactionEvent
  | RedactionEvent
  | TypingEvent
  | PresenceEvent
  | ClientStatusEvent;

export type IrcEventOf<K extends IrcEvent['kind']> = Extract<IrcEvent, { kind: K }>;
