/** What one connection asks of its server and waits for: a new nick, a WHOIS, a topic. One NICK and a few WHOIS at a time. */

import { within, type Clock } from '../lib/clock.js';
import { parseNick, type ChannelName, type Nick } from '../model/irc-names.js';
import { done, granted, refused, type Outcome } from '../model/refusal.js';
import { nickRefusal } from './answer-errors.js';
import type { ServerFacts } from './server-facts.js';
import { cutBytes } from './wire/clean-line.js';
import { cleanQuote } from './wire/irc-errors.js';
import { nickLine, topicLine, whoisLine } from './wire/lines.js';
import type { Whois } from './port.js';

/** A server under load, or one that asks another, answers within this. */
const ANSWER_MS = 15_000;
/** WHOIS waiting at a time; each numeric names its nick, so they do not mix. */
const WHOIS_MOST = 20;

export interface QuestionsNeeds {
  readonly clock: Clock;
  readonly facts: Pick<ServerFacts, 'topicLength'>;
  send(line: string | undefined): void;
  /** Whether two nicks are the same to the network. */
  same(one: string, other: string): boolean;
  /** Takes an answer to who is there (303, 730 to 734); `false`: nobody had asked. */
  presence(numeric: string, params: readonly string[]): boolean;
}

/** Answers as they come in, to be read whole at 318. */
type Draft = { -readonly [K in keyof Whois]: Whois[K] };

interface Asked {
  readonly nick: string;
  readonly found: Draft;
  any: boolean;
  readonly settle: (found: Outcome<Whois | undefined>) => void;
}

const TWICE = refused('slow-down', 'Your nick is being changed already. Wait for the answer.');
/** Why a topic is not taken, by numeric. */
const TOPIC_REFUSED: Readonly<Record<string, string>> = {
  403: 'There is no such channel.',
  404: 'The channel does not let you.',
  442: 'You are not in the channel on IRC.',
  477: 'The channel is for registered nicks only.',
  482: 'Only operators of the channel on IRC may change it.',
};
const MANY = refused('slow-down', 'Too many questions wait already. Try again in a minute.');
const LATE = refused('timed-out', 'The IRC server did not answer. Try again.');

export class Questions {
  readonly #needs: QuestionsNeeds;
  #naming: ((outcome: Outcome<Nick>) => void) | undefined;
  #whois: Asked[] = [];
  #topics: { readonly channel: string; readonly settle: (outcome: Outcome) => void }[] = [];

  constructor(needs: QuestionsNeeds) {
    this.#needs = needs;
  }

  /** Asks for another nick. Grants the one that the server gave; a second question while one is open is refused. */
  nick(nick: Nick): Promise<Outcome<Nick>> {
    if (this.#naming) return Promise.resolve(TWICE);
    const answer = new Promise<Outcome<Nick>>((resolve) => (this.#naming = resolve));
    this.#needs.send(nickLine(nick));
    const inTime = within(this.#needs.clock, ANSWER_MS, answer, (): Outcome<Nick> => LATE);
    return inTime.finally(() => (this.#naming = undefined));
  }

  /** Asks who somebody is; grants `undefined` when nobody has the nick. */
  whois(nick: Nick): Promise<Outcome<Whois | undefined>> {
    if (this.#whois.length >= WHOIS_MOST) return Promise.resolve(MANY);
    let asked: Asked | undefined;
    const answer = new Promise<Outcome<Whois | undefined>>((settle) => {
      asked = { nick, found: { nick }, any: false, settle };
      this.#whois.push(asked);
    });
    this.#needs.send(whoisLine(nick));
    return within(this.#needs.clock, ANSWER_MS, answer, (): Outcome<Whois | undefined> => LATE).finally(() => {
      this.#whois = this.#whois.filter((other) => other !== asked);
    });
  }

  /** Sets a topic; no answer in time is none against it. */
  topic(channel: ChannelName, text: string): Promise<Outcome> {
    if (this.#topics.length >= WHOIS_MOST) return Promise.resolve(MANY);
    let asked: { readonly channel: string; readonly settle: (outcome: Outcome) => void } | undefined;
    const answer = new Promise<Outcome>((settle) => {
      asked = { channel, settle };
      this.#topics.push(asked);
    });
    // A server would cut it within a character, and say nothing (M2I-9).
    this.#needs.send(topicLine(channel, cutBytes(text, this.#needs.facts.topicLength ?? Infinity)));
    return within(this.#needs.clock, ANSWER_MS, answer, () => done).finally(() => {
      this.#topics = this.#topics.filter((other) => other !== asked);
    });
  }

  /** The server showed a TOPIC of ours. */
  topicSet(channel: ChannelName): void {
    this.#topics.find((asked) => this.#needs.same(asked.channel, channel))?.settle(done);
  }

  /** The server showed our NICK. */
  named(nick: Nick): void {
    this.#naming?.(granted(nick));
  }

  /** @returns whether a numeric answered something that was asked here */
  onNumeric(numeric: string, params: readonly string[]): boolean {
    const refusal = this.#naming && nickRefusal(numeric, params.at(-1));
    // 437 is also said of channels.
    if (refusal && (numeric !== '437' || parseNick(params[1]) !== undefined)) {
      this.#naming?.({ ok: false, refusal });
      return true;
    }
    const words = this.#topics.length > 0 ? TOPIC_REFUSED[numeric] : undefined;
    const topic = words && this.#topics.find(({ channel }) => this.#needs.same(channel, params[1] ?? ''));
    if (words !== undefined && topic) {
      topic.settle(refused('cannot-send', words, true));
      return true;
    }
    if (this.#whois.length === 0) return this.#needs.presence(numeric, params);
    const about = params[1] ?? '';
    const asked = this.#whois.find(({ nick }) => this.#needs.same(nick, about));
    return (asked !== undefined && this.#whoisLine(asked, numeric, params)) || this.#needs.presence(numeric, params);
  }

  /** The connection is gone: nothing will be answered. */
  lose(): void {
    const lost = refused('connection-lost', 'The IRC connection was lost.');
    this.#naming?.(lost);
    for (const { settle } of [...this.#whois, ...this.#topics]) settle(lost);
  }

  #whoisLine(asked: Asked, numeric: string, params: readonly string[]): boolean {
    const { found } = asked;
    const words = cleanQuote(params.at(-1));
    const more = (set: Partial<Draft>): true => {
      Object.assign(found, set);
      return (asked.any = true);
    };
    switch (numeric) {
      case '311':
        more({ nick: parseNick(params[1]) ?? found.nick, user: cleanQuote(params[2]) });
        return more({ host: cleanQuote(params[3]), realname: words });
      case '312':
        return more({ server: cleanQuote(params[2]) });
      case '313':
        return more({ operator: true });
      case '317':
        return more(/^\d{1,12}$/.test(params[2] ?? '') ? { idleSecs: Number(params[2]) } : {});
      case '319':
        return more({ channels: [...(found.channels ?? []), ...words.split(' ')].slice(0, 100) });
      case '330':
        return more({ account: cleanQuote(params[2]) });
      case '301':
        return more({ away: words });
      case '335':
        return more({ bot: true });
      case '671':
        return more({ secure: true });
      case '307':
      case '320':
      case '338':
      case '378':
      case '379':
        return true;
      case '401':
      case '402':
        asked.any = false;
        return true;
      case '318':
        asked.settle(granted(asked.any ? found : undefined));
        return true;
      default:
        return false;
    }
  }
}
