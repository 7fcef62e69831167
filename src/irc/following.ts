/** The channels the bot is to hear: joins them, and comes back after kicks and refusals (CONN-18). */

import { backoff } from '../lib/backoff.js';
import type { Clock, Timer } from '../lib/clock.js';
import type { ChannelName } from '../model/irc-names.js';
import { done, type Outcome } from '../model/refusal.js';
import { CaseMap } from '../naming/case-map.js';
import type { CaseMapping } from '../naming/casefold.js';
import type { VirtualClient } from './port.js';

const FIRST_MS = 15_000;
const MOST_MS = 600_000;
/** Tries of a ready bot for a channel it has never been in. */
const TRIES = 5;

interface Followed {
  readonly channel: ChannelName;
  key: string | undefined;
  /** Has been in it: then it never gives up. */
  been: boolean;
  tries: number;
  timer: Timer | undefined;
}

export class Following {
  readonly #clock: Clock;
  readonly #bot: VirtualClient;
  readonly #channels = new CaseMap<Followed, ChannelName>();
  #ended = false;

  constructor(clock: Clock, bot: VirtualClient) {
    this.#clock = clock;
    this.#bot = bot;
  }

  /**
   * Joins and keeps joining. Refused for good where the bot has never been: forgotten at once. Refused for now: tried
   * again in the background, up to five times once the bot is there, until `unfollow`.
   */
  async follow(channel: ChannelName, key: string | undefined): Promise<Outcome> {
    let followed = this.#channels.get(channel);
    if (followed === undefined) {
      followed = { channel, key, been: false, tries: 0, timer: undefined };
      this.#channels.set(channel, followed);
    }
    followed.key = key ?? followed.key;
    return this.#try(followed);
  }

  unfollow(channel: ChannelName): void {
    this.#channels.get(channel)?.timer?.end();
    this.#channels.delete(channel);
    this.#bot.part(channel);
  }

  /** The bot was put out of a channel, or could not come back to it. */
  onOut(channel: ChannelName): void {
    const followed = this.#channels.get(channel);
    if (followed) this.#later(followed);
  }

  rekey(mapping: CaseMapping): void {
    for (const [, { timer }] of this.#channels.rekey(mapping)) timer?.end();
  }

  end(): void {
    this.#ended = true;
    for (const { timer } of this.#channels.values()) timer?.end();
    this.#channels.clear();
  }

  async #try(followed: Followed): Promise<Outcome> {
    const { channel, key } = followed;
    followed.timer?.end();
    followed.timer = undefined;
    const outcome = await this.#bot.join(channel, key === undefined ? {} : { key });
    if (this.#channels.get(channel) !== followed) return outcome;
    if (outcome.ok) {
      followed.been = true;
      followed.tries = 0;
      return done;
    }
    const counts = this.#bot.status === 'ready' && !followed.been;
    if (counts && (outcome.refusal.permanent || followed.tries + 1 >= TRIES)) this.#channels.delete(channel);
    else this.#later(followed);
    return outcome;
  }

  #later(followed: Followed): void {
    if (this.#ended || followed.timer !== undefined) return;
    const wait = backoff(followed.tries++, FIRST_MS, MOST_MS, 1);
    followed.timer = this.#clock.after(wait, () => void this.#try(followed));
  }
}
