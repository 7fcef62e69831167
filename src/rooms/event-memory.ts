/** What was said lately, by event: for replies, edits, reactions and redactions (CFG-56); and who was there to hear it. */

import type { EventId, RoomId, UserId } from '../model/ids.js';
import type { Nick } from '../model/irc-names.js';
import type { Body, MemberEvent } from '../model/matrix-event.js';

/** A message as it was when it was last changed. */
export interface Earlier {
  readonly sender: UserId;
  /** `origin_server_ts` or when the line was heard, ms since the epoch: for its age alone. */
  readonly at: number;
  /** `deleted`: it was redacted. */
  readonly body: Body | 'deleted';
  /** It is a reply, so its text may begin with a quote. */
  readonly reply?: boolean;
  /** The nick of who said it on IRC. */
  readonly nick?: Nick;
}

interface Kept {
  readonly key: string;
  said: Earlier;
  /** Its place among all that this process has seen; 0: it was seen by an earlier one. */
  readonly order: number;
}

/** Characters kept of all texts together, so that few long messages do not fill the memory. */
const MOST_TEXT = 16_000_000;
/** Places for those that are dropped, besides as many as there are messages. */
const SLACK = 100;
/** People whose coming is remembered. When there are more, all are forgotten, and the homeserver is asked. */
const MOST_PEOPLE = 100_000;

const GONE: Earlier = { sender: '' as UserId, at: 0, body: 'deleted' };

/**
 * Keyed by room and event, so that no room's text is found from another. Whether somebody could see a message is
 * known by the order in which joins and messages came to us, never by what an event says of its time (A-10, 11).
 */
export class EventMemory {
  readonly #most: () => number;
  readonly #kept = new Map<string, Kept>();
  /** Oldest first, with those that are dropped already: a map finds its own oldest only past the gaps they leave. */
  #line: Kept[] = [];
  #head = 0;
  /** The newest message of each thread, by room and root. */
  readonly #threads = new Map<string, EventId>();
  /** When somebody was last seen to come in. */
  readonly #came = new Map<string, number>();
  /** Messages up to here may have been said before joins that we have forgotten or did not see. */
  #unsure = 0;
  #order = 0;
  #text = 0;

  /** @param most how many messages are kept: `matrixHandler.eventCacheSize` */
  constructor(most: () => number) {
    this.#most = most;
  }

  /** The moment, for a message that is about to be sent: whoever comes before its id is known may not have seen it. */
  moment(): number {
    return ++this.#order;
  }

  /**
   * Keeps a message.
   * @param order its moment; 0: an earlier life of the process took it, so joins after it may have been missed
   */
  remember(room: RoomId, id: EventId, said: Earlier, order = ++this.#order): void {
    const most = this.#most();
    if (most === 0) return;
    const key = keyOf(room, id);
    this.#drop(key);
    const kept: Kept = { key, said, order };
    this.#kept.set(key, kept);
    this.#line.push(kept);
    this.#text += weight(said.body);
    while (this.#kept.size > most || this.#text > MOST_TEXT) this.#dropOldest();
    if (this.#line.length <= 2 * most + SLACK) return;
    this.#line = [...this.#kept.values()];
    this.#head = 0;
  }

  recall(room: RoomId, id: EventId): Earlier | undefined {
    return this.#kept.get(keyOf(room, id))?.said;
  }

  /** Puts a new text into the place of a message by the same sender; gives what stood there. */
  change(room: RoomId, id: EventId, body: Body | 'deleted'): Earlier | undefined {
    const key = keyOf(room, id);
    const kept = this.#kept.get(key);
    if (!kept) return undefined;
    const before = kept.said;
    this.#text += weight(body) - weight(before.body);
    kept.said = { ...before, body };
    return before;
  }

  /** The newest message of a thread, as far as known; `newest` takes its place. */
  thread(room: RoomId, root: EventId, newest: EventId): EventId | undefined {
    const key = keyOf(room, root);
    const before = this.#threads.get(key);
    this.#threads.delete(key);
    this.#threads.set(key, newest);
    if (this.#threads.size > this.#most()) {
      const oldest = this.#threads.keys().next();
      if (!oldest.done) this.#threads.delete(oldest.value);
    }
    return before;
  }

  /**
   * Whether somebody who speaks in the room now was in it when a message was said: true only when that is sure.
   * What is not sure is asked of the homeserver, which knows the room's state at every event.
   */
  couldSee(room: RoomId, id: EventId, viewer: UserId): boolean {
    const kept = this.#kept.get(keyOf(room, id));
    if (!kept) return false;
    if (kept.said.sender === viewer) return true;
    return kept.order > this.#unsure && kept.order > (this.#came.get(keyOf(room, viewer)) ?? 0);
  }

  /**
   * Takes note of who comes and goes. A join of somebody we do not know to be in may be a change of his name: then it
   * is asked once more than needed.
   * @param bot it is the bot, without which we may miss what happens in the room
   */
  moved({ room, target, now }: Pick<MemberEvent, 'room' | 'target' | 'now'>, bot: boolean): void {
    if (bot) {
      if (now === 'leave' || now === 'ban') this.#unsure = ++this.#order;
      return;
    }
    const key = keyOf(room, target);
    // Gone: nothing said from now on until he is back, whenever that is, is seen.
    if (now === 'leave' || now === 'ban') this.#came.set(key, Infinity);
    else if (now === 'join' && !this.#isIn(key)) this.#came.set(key, ++this.#order);
    if (this.#came.size <= MOST_PEOPLE) return;
    this.#came.clear();
    this.#unsure = ++this.#order;
  }

  #isIn(key: string): boolean {
    return (this.#came.get(key) ?? Infinity) !== Infinity;
  }

  #drop(key: string): void {
    const before = this.#kept.get(key);
    if (!before) return;
    this.#text -= weight(before.said.body);
    this.#kept.delete(key);
    // Its place in the line stays for a while, its text must not.
    before.said = GONE;
  }

  #dropOldest(): void {
    const oldest = this.#line[this.#head++];
    if (oldest && this.#kept.get(oldest.key) === oldest) this.#drop(oldest.key);
  }
}

/** Neither id can hold a line feed. */
function keyOf(room: RoomId, id: string): string {
  return `${room}\n${id}`;
}

function weight(body: Body | 'deleted'): number {
  if (body === 'deleted') return 10;
  if (body.type === 'text') return body.plain.length + (body.html?.length ?? 0);
  if (body.type === 'media') return body.name.length + (body.caption?.length ?? 0) + (body.captionHtml?.length ?? 0);
  if (body.type === 'poll') return body.question.length + body.answers.reduce((sum, { text }) => sum + text.length, 0);
  return 200;
}
