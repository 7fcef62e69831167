/** Which modes channels have, as far as somebody has asked or seen them change (M2I-48, 49). */

import { within, type Clock } from '../lib/clock.js';
import type { ModeEvent } from '../model/irc-event.js';
import type { ChannelName } from '../model/irc-names.js';
import { CaseMap } from '../naming/case-map.js';
import type { CaseMapping } from '../naming/casefold.js';

/** A message waits no longer for the answer, and the server is not asked again before. */
const ANSWER_MS = 2_000;
const AGAIN_MS = 60_000;

interface Known {
  readonly letters: Set<string>;
  /** Whether 324 has come; before, only changes are known. */
  told: boolean;
  askedAt: number;
  readonly waiting: (() => void)[];
}

export class ChannelModes {
  readonly #clock: Clock;
  readonly #channels = new CaseMap<Known, ChannelName>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes 324 and MODE. */
  take({ channel, by, changes }: ModeEvent): void {
    const known = this.#channels.get(channel);
    // Of a channel about which nobody has asked nothing needs to be known.
    if (!known) return;
    if (by === undefined) {
      known.letters.clear();
      known.told = true;
    }
    for (const { add, letter } of changes) {
      if (add) known.letters.add(letter);
      else known.letters.delete(letter);
    }
    for (const answered of known.waiting.splice(0)) answered();
  }

  /**
   * The letters of its modes; those that are set to somebody or something may be among them.
   * @param ask sends the question
   */
  of(channel: ChannelName, ask: () => void): string | Promise<string> {
    const now = this.#clock.elapsed();
    let known = this.#channels.get(channel);
    if (known?.told) return lettersOf(known);
    if (!known) this.#channels.set(channel, (known = { letters: new Set(), told: false, askedAt: -Infinity, waiting: [] }));
    const { askedAt, waiting } = known;
    if (now - askedAt >= AGAIN_MS) {
      known.askedAt = now;
      ask();
    } else if (now - askedAt >= ANSWER_MS) return lettersOf(known);
    const answer = new Promise<void>((resolve) => waiting.push(resolve));
    const asked = known;
    return within(this.#clock, ANSWER_MS, answer, () => undefined).then(() => lettersOf(asked));
  }

  /** Nobody of ours sees its changes any more. */
  forget(channel: ChannelName): void {
    this.#channels.delete(channel);
  }

  /** CASEMAPPING changed. */
  rekey(mapping: CaseMapping): void {
    this.#channels.rekey(mapping);
  }
}

function lettersOf({ letters }: Known): string {
  return [...letters].join('');
}
