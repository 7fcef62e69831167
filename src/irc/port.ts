/** What the flows may ask of IRC. What stands behind it is nobody's business but `build-edges.ts`. */

import type { UserId } from '../model/ids.js';
import type { ChannelName, ClientId, ClientOwner, Folded, NetworkName, Nick } from '../model/irc-names.js';
import type { IrcEvent } from '../model/irc-event.js';
import type { Outcome, Refusal } from '../model/refusal.js';
import type { CaseMapping } from '../naming/casefold.js';
import type { How, Utterance } from '../model/utterance.js';

/** `waiting`: lost, and a new try is planned. `ended`: for good; a new `connect` makes another client. */
export type ClientStatus = 'connecting' | 'ready' | 'waiting' | 'ended';

/** Progress of an utterance: lines before `from` are left out; `said` is called in the tick in which a line was handed to the kernel. */
export interface Saying {
  readonly from: number;
  said(lines: number): void;
  /** The msgid of what is answered: told by tags where the server passes them on (CAP-8). */
  readonly replyTo?: string;
  /** The server gave what was said an id; once for each line, or for all where they went as one message. */
  msgid?(id: string): void;
  /**
   * The server threw some of it away after it was said (R18, R31): once or more, also long after `say` has resolved. For
   * who has no `refused` there is a `notSaid` event instead.
   */
  refused?(why: Refusal): void;
}

/** What is told by tags alone. `msgid`: the message that it is about. */
export type Signal =
  | { readonly kind: 'react' | 'unreact'; readonly msgid: string; readonly key: string }
  | { readonly kind: 'typing'; readonly state: 'active' | 'done' };

/** One connection of ours, through loss and reconnection, until it is ended. */
export interface VirtualClient {
  readonly id: ClientId;
  /** What the server believes our nick is (001, NICK); the wish before registration. */
  readonly nick: Nick;
  readonly status: ClientStatus;
  /** Whether the server has confirmed that we are in the channel now. */
  inChannel(channel: ChannelName): boolean;
  /** Channels we are in or want to be in again after a loss, as written. */
  readonly channels: readonly ChannelName[];
  /**
   * Bytes of text that fit one line to `target`, as the others see it: 512 (or LINELEN) less our real prefix, command,
   * target, CTCP framing of `how`, and CR LF.
   */
  budget(target: ChannelName | Nick, how: How): number;
  /**
   * Says lines in order, paced. Resolves when the last was handed to the kernel. Refused when the connection is lost or
   * ended on the way (`connection-lost`): the caller knows from `said` what is left. Refuses lines that are over budget
   * only by cutting them (never sends more than 512 bytes).
   */
  say(target: ChannelName | Nick, utterance: Utterance, progress?: Saying): Promise<Outcome>;
  /**
   * Says by tags what is no text: a reaction to a message, or its taking back (CAP-9), or typing (CAP-11). `false`: the
   * server would not pass it on, nothing was sent.
   */
  signal(target: ChannelName | Nick, what: Signal): boolean;
  /**
   * Deletes a message on IRC (CAP-10). Refused with `cannot-send` where the server knows no REDACT, with `server-said-no`
   * and its code where it says no.
   */
  redact(target: ChannelName | Nick, msgid: string, reason?: string): Promise<Outcome>;
  /**
   * Joins and waits for the outcome (own JOIN echo, a numeric, or 25 s). Already in: granted at once. Concurrent calls
   * for a channel share one JOIN. Temporary refusals are tried again by itself up to five times 15 s apart only when
   * `patient`; a client that is not ready waits for registration. After a loss the channel is joined again by itself.
   */
  join(channel: ChannelName, options?: { readonly key?: string; readonly patient?: boolean }): Promise<Outcome>;
  /** Leaves a channel and does not come back to it; harmless when not in it. */
  part(channel: ChannelName, reason?: string): void;
  /** Quits with a reason (bounded by the server's limit), waits for ERROR at most 2 s, closes. Never comes back. */
  end(reason: string): Promise<void>;
  /** Resolves when registered, or with why not. */
  whenReady(): Promise<Outcome>;
  /** The nick it wants to have, and asks for at each connection. */
  readonly wish: Nick;
  /** Asks for another nick, waits for the answer (15 s), and wants it from then on. Grants the nick that was given. */
  rename(nick: Nick): Promise<Outcome<Nick>>;
  /** Marks it away with a text, over all its connections, or back without one. */
  setAway(text?: string): void;
  /**
   * Sets a channel's topic, an empty text clears it; resolves when the server shows it, or refuses it. What says nothing
   * within 15 s has taken it: an unchanged topic is not shown.
   */
  setTopic(channel: ChannelName, text: string): Promise<Outcome>;
  /** Who somebody is; grants `undefined` when nobody has the nick. */
  whois(nick: Nick): Promise<Outcome<Whois | undefined>>;
}

/** What a server tells of somebody (WHOIS); texts are cleaned and cut. */
export interface Whois {
  readonly nick: Nick;
  readonly user?: string;
  readonly host?: string;
  readonly realname?: string;
  readonly server?: string;
  /** With the marks of operators and voices. */
  readonly channels?: readonly string[];
  readonly account?: string;
  readonly idleSecs?: number;
  readonly away?: string;
  readonly secure?: boolean;
  readonly operator?: boolean;
  readonly bot?: boolean;
}

/** Who a new client is to be. */
export interface ClientWish {
  readonly nick: Nick;
  /** The user name of USER: letters and digits first, at most 10. */
  readonly ident: string;
  readonly realname: string;
  readonly password?: string;
  readonly saslAccount?: string;
  readonly localAddress?: string;
  /** Nobody waits for it: it connects after those whose people have just spoken. */
  readonly calm?: boolean;
  /** The person asked for it in so many words: tried even where the network has just refused him for good. */
  readonly asked?: boolean;
}

/** What a server has made of a connection of ours. */
export interface Standing {
  /** The account that it is logged in to (SASL). */
  readonly account?: string;
  /** User modes as letters, such as `ix`; empty: none known. */
  readonly modes: string;
}

export interface IrcNetwork {
  readonly name: NetworkName;
  /** Folds by the CASEMAPPING now in force (rfc1459 until the server says otherwise). */
  fold(name: string): Folded;
  /** The CASEMAPPING now in force. */
  readonly caseMapping: CaseMapping;
  /** Called when CASEMAPPING changes what `fold` says: whoever keys by `Folded` keys anew. */
  onFold(changed: () => void): void;
  /** IRCv3 capabilities that the server has granted us, of the bot's connection or, without a bot, of anybody's. */
  readonly capabilities: readonly string[];
  /** Whether the server passes a client tag such as `+reply` on to the others (CAP-8). */
  passesTag(tag: string): boolean;
  /** CHANTYPES in force, `#&` until known. */
  readonly channelTypes: string;
  /** The greatest NICKLEN known of the network (ISUPPORT), `undefined` before the first connection. */
  readonly nickLength: number | undefined;
  /** The bot's connection; always there once started, whatever its status. */
  readonly bot: VirtualClient;
  /** A person's client, whatever its status unless `ended`. */
  clientOf(user: UserId): VirtualClient | undefined;
  /** What the server has told of a person's connection; `undefined` where there is none. */
  standingOf(user: UserId): Standing | undefined;
  /** Everybody who has a client now. */
  readonly people: readonly UserId[];
  /** Whose nick this is, by the connections we hold (never by the text of a line). */
  ownerOf(nick: string): ClientOwner | undefined;
  /**
   * The letters of a channel's modes, as far as they are known; `by` asks for them, and waits for two seconds, where
   * nobody has yet. Empty where `by` is not one of ours, or nobody hears the channel.
   */
  modesOf(channel: ChannelName, by: VirtualClient): string | Promise<string>;
  /**
   * Gives a person's client, made if there is none. Resolves when it is registered, or refused for good or after 60 s
   * (it goes on trying unless the refusal is permanent). Concurrent calls share it.
   */
  connect(user: UserId, wish: ClientWish): Promise<Outcome<VirtualClient>>;
  /**
   * Sees to it that the channel is heard: the bot joins it and comes back after each loss (without a bot: nothing, the
   * people's own clients are the listeners).
   */
  follow(channel: ChannelName, key?: string): Promise<Outcome>;
  unfollow(channel: ChannelName): void;
  /** Whether any client of ours is in the channel and heard. */
  heard(channel: ChannelName): boolean;
  /** All that happens, in order, from `start` on; listeners must not throw and must not wait. */
  onEvent(listener: (event: IrcEvent) => void): void;
  start(): void;
  /** Quits every client with the reason, within ten seconds. */
  stop(reason: string): Promise<void>;
}
