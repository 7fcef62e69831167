/** Gathers reactions: what several people do to one message within some seconds is told together (M2I-23). */

import type { Entry } from '../journal/port.js';
import type { Clock, Timer } from '../lib/clock.js';
import type { EventId } from '../model/ids.js';
import type { MessageEvent, ReactionEvent } from '../model/matrix-event.js';
import type { ByTags } from './by-tags.js';

interface Reacted {
  readonly event: ReactionEvent;
  readonly entry: Entry;
  readonly repeat: boolean;
}

interface Gathered {
  all: Reacted[];
  readonly timer: Timer;
}

/** Says one for all; the entries of the others are done when the first one's is. */
export type SayReaction = (event: MessageEvent, entry: Entry, repeat: boolean, others: readonly Entry[]) => void;

export interface ReactionsNeeds {
  readonly clock: Clock;
  readonly say: SayReaction;
  readonly done: (entry: Entry) => void;
  readonly byTags: Pick<ByTags, 'reacts'>;
}

const GATHER_MS = 5_000;
/** Gatherings at a time; more are told one by one. */
const MOST = 1_000;

export class Reactions {
  readonly #clock: Clock;
  readonly #say: SayReaction;
  readonly #done: (entry: Entry) => void;
  readonly #byTags: ReactionsNeeds['byTags'];
  readonly #gathered = new Map<string, Gathered>();

  constructor(needs: ReactionsNeeds) {
    this.#clock = needs.clock;
    this.#byTags = needs.byTags;
    this.#say = needs.say;
    this.#done = needs.done;
  }

  /** By tags at once, where everybody there understands them; else in words, with what others do. Never throws. */
  take(event: ReactionEvent, entry: Entry, repeat: boolean): void {
    const inWords = (): void => this.#gather(event, entry, repeat);
    this.#byTags.reacts(event).then((told) => (told ? this.#done(entry) : inWords()), inWords);
  }

  #gather(event: ReactionEvent, entry: Entry, repeat: boolean): void {
    const key = `${event.room} ${event.target} ${event.key}`;
    const open = this.#gathered.get(key);
    if (open) open.all.push({ event, entry, repeat });
    else if (this.#gathered.size >= MOST) this.#tell([{ event, entry, repeat }]);
    else {
      const timer = this.#clock.after(GATHER_MS, () => {
        const { all } = this.#gathered.get(key) ?? { all: [] };
        this.#gathered.delete(key);
        this.#tell(all);
      });
      this.#gathered.set(key, { all: [{ event, entry, repeat }], timer });
    }
  }

  /** A reaction was taken back before it was told (M2I-24). */
  withdraw(id: EventId): boolean {
    for (const [key, gathered] of this.#gathered) {
      const found = gathered.all.find(({ event }) => event.id === id);
      if (!found) continue;
      this.#done(found.entry);
      gathered.all = gathered.all.filter((each) => each !== found);
      if (gathered.all.length === 0) {
        gathered.timer.end();
        this.#gathered.delete(key);
      }
      return true;
    }
    return false;
  }

  #tell(all: readonly Reacted[]): void {
    const [first, ...others] = all;
    if (!first) return;
    const { room, id, sender, at, target, key } = first.event;
    // Somebody who does it twice is one.
    const people = new Set(all.map(({ event }) => event.sender)).size;
    const body = { type: 'reaction', target, key, others: people - 1 } as const;
    this.#say({ kind: 'message', room, id, sender, at, body }, first.entry, first.repeat, others.map(({ entry }) => entry));
  }
}
