/** What a message refers to: taken from memory in the tick in which it came, so that order is kept. */

import type { EventId } from '../model/ids.js';
import type { MessageEvent } from '../model/matrix-event.js';
import type { Earlier, EventMemory } from '../rooms/event-memory.js';

/** An event that is referred to. */
export interface Reference {
  readonly id: EventId;
  /** As memory has it at this moment, and only when the author surely could see it. */
  readonly earlier?: Earlier;
}

export interface Recalled {
  readonly target?: Reference;
  /** The root of the thread it belongs to. */
  readonly root?: Reference;
}

/** Called for every message, in order. `old`: it comes from an earlier life of the process. */
export type Recall = (event: MessageEvent, old: boolean) => Recalled | undefined;

/** Makes `Recall`, which also keeps each message, and what edits and deletions make of it. */
export function makeRecall(memory: EventMemory): Recall {
  return (event, old) => {
    const { room, id, sender, body, replaces, replyTo, thread } = event;
    const look = (target: EventId): Reference => {
      const earlier = memory.couldSee(room, target, sender) ? memory.recall(room, target) : undefined;
      return { id: target, ...(earlier ? { earlier } : {}) };
    };
    if (body.type === 'reaction') return { target: look(body.target) };
    if (body.type === 'deletion') {
      const target = look(body.target);
      memory.change(room, body.target, 'deleted');
      return { target };
    }
    if (replaces !== undefined) {
      const target = look(replaces);
      if (memory.recall(room, replaces)?.sender === sender) memory.change(room, replaces, body);
      return { target };
    }
    const before = thread && (memory.thread(room, thread.root, id) ?? thread.root);
    const reply = replyTo !== undefined || thread !== undefined;
    memory.remember(room, id, { sender, at: event.at, body, ...(reply ? { reply } : {}) }, old ? 0 : undefined);
    const target = replyTo ?? thread?.latest ?? before ?? (body.type === 'pollResult' ? body.poll : undefined);
    if (target === undefined) return undefined;
    return { target: look(target), ...(thread ? { root: look(thread.root) } : {}) };
  };
}
