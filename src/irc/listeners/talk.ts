/** A watched client's lines of talk: said, held or known; and what the JOINs and QUITs it shows tell of the others. */

import type { Clock } from '../../lib/clock.js';
import type { Folded } from '../../model/irc-names.js';
import { latin1, talkKey, type Peek } from '../wire/line.js';
import type { Audience, Listener } from './audience.js';
import type { Hearing } from './hearing.js';
import type { LineVerdict } from './line-filter.js';
import { SETTLE_MS } from './promotions.js';
import { isReplay } from './replay.js';
import { HOLD_MS, type HeldLine } from './held-lines.js';
import { LAG_MS, type Ledger } from './witness.js';

export class Talk<C> {
  readonly #clock: Clock;
  readonly #ledger: Ledger<Audience<C>, Listener<C>>;
  readonly #hearing: Hearing<C>;
  readonly #release: (held: HeldLine<Audience<C>, Listener<C>>) => void;

  /** @param release says a line that was held */
  constructor(
    clock: Clock,
    ledger: Ledger<Audience<C>, Listener<C>>,
    hearing: Hearing<C>,
    release: (held: HeldLine<Audience<C>, Listener<C>>) => void,
  ) {
    this.#clock = clock;
    this.#ledger = ledger;
    this.#hearing = hearing;
    this.#release = release;
  }

  /** What is done with a line that `me`, watched in the channel, has shown. `line` is the peek at `buf` from `start` on. */
  judge(me: Listener<C>, audience: Audience<C>, buf: Buffer, start: number, line: Peek): LineVerdict {
    const now = this.#clock.elapsed();
    if (me.unplaced.size > 0 && me.unplaced.has(audience)) this.#hearing.place(me, audience, talkKey(buf, line));
    const counts = audience.primary === me;
    if (counts && !audience.isShared(now)) return 'pass';
    const key = talkKey(buf, line);
    if (counts && audience.waitsUntil <= now) return this.#primaryShows(me, audience, key, now);
    // A primary passes what is played back, for the parser knows batches; a witness would have it said.
    const fresh = now - (audience.joinOf(me)?.since ?? 0) < SETTLE_MS;
    if (line.body > start && isReplay(latin1(buf, start, line.body), fresh, this.#clock.now())) return counts ? 'pass' : 'drop';
    return this.#ledger.witnessShows(audience, key, me, buf, start, line.end) ? 'hold' : 'drop';
  }

  /**
   * `me` showed the JOIN of another of ours. When that one is not in yet, it will show what `me` shows from here on.
   * When it is, `me` is behind it, and only now where the other began, or came back from a netsplit.
   */
  sawJoin(me: Listener<C>, audience: Audience<C>, nick: Folded): void {
    const marks = audience.marks.get(nick) ?? new Map<Listener<C>, number>();
    audience.marks.set(nick, marks.set(me, this.#ledger.end));
    const other = audience.memberNamed(nick);
    if (!other) return;
    const healed = audience.splits.joins(me, other);
    if (!healed) this.#ledger.rewind(audience, me, other, audience.joinOf(other)?.point ?? 0);
    if (healed && me === audience.primary && audience.watches(other) && audience.splits.isAhead(me, other)) {
      // The other may still show what was said before this; until it has, what `me` shows would come too early.
      audience.waitsUntil = this.#clock.elapsed() + HOLD_MS;
    }
    if (other !== audience.primary) return;
    // What `me` showed before, the primary was not there to hear; and then what the primary had to wait with.
    this.#say(this.#ledger.take(audience, me));
    if (healed) {
      audience.waitsUntil = 0;
      this.#say(this.#ledger.take(audience, other));
    }
  }

  /** `me` showed the QUIT of another of ours: where that one is watched beside it, they are on two sides of a netsplit. */
  sawQuit(me: Listener<C>, nick: Folded): void {
    for (const audience of me.audiences) {
      if (!audience.needs(me)) continue;
      for (const other of audience.watched) if (other !== me && other.folded === nick) audience.splits.quit(me, other);
    }
  }

  /** What the primary missed is said before the line that shows so: as when the net is whole again (R20). */
  #primaryShows(me: Listener<C>, audience: Audience<C>, key: string, now: number): LineVerdict {
    this.#say(this.#ledger.takeMissed(audience, key, me, (by) => by === me || this.#wasThere(audience, by, me, now)));
    return this.#ledger.primaryShows(audience, key, me) ? 'pass' : 'drop';
  }

  /**
   * Whether `by` was there, and heard, when all that was said which `me` shows now; as far as `me` can know, which may lag
   * behind: neither came in only just now, nor is it on another side of a netsplit.
   */
  #wasThere(audience: Audience<C>, by: Listener<C>, me: Listener<C>, now: number): boolean {
    const settled = now - LAG_MS;
    return (audience.joinOf(by)?.since ?? Infinity) < settled && by.hearsSince < settled && !audience.splits.areApart(me, by);
  }

  #say(lines: Iterable<HeldLine<Audience<C>, Listener<C>>>): void {
    for (const held of lines) this.#release(held);
  }
}
