/** What a connection does between the open socket and 001: capabilities, account, nick; and how long that may take. */

import type { IrcMessage } from 'irc-framework';
import type { Clock, Timer } from '../../lib/clock.js';
import { parseNick, type Nick } from '../../model/irc-names.js';
import { refused, type Refusal } from '../../model/refusal.js';
import { cleanQuote, endingOf, type Ending } from '../wire/irc-errors.js';
import { nickLine } from '../wire/lines.js';
import { Login, type Credentials } from './login.js';
import { alternativesTo } from './nick-change.js';

/** RELIABILITY R13, R16. */
const ACCOUNT_MS = 15_000;
const REGISTER_MS = 60_000;

export interface RegistrationNeeds {
  readonly clock: Clock;
  readonly nick: Nick;
  readonly credentials?: Credentials;
  /** See `LoginNeeds.news`. */
  readonly news: boolean;
  /** See `LoginNeeds.sts`. */
  sts(value: string): boolean;
  readonly nickLength: number | undefined;
  isOurs(nick: string): boolean;
  readonly write: (line: string | undefined) => void;
  /** 001 came, with the true nick. */
  registered(nick: Nick): void;
  /** Not to be had now: the connection has to be ended for this reason. */
  failed(ending: Ending, why: Refusal): void;
  /** The server says why it is about to close. */
  warned(ending: Ending, words: string): void;
  /** 005 may come early. */
  line(line: IrcMessage): void;
}

export class Registration {
  readonly login: Login;
  readonly #needs: RegistrationNeeds;
  readonly #timers: Timer[];
  #alternatives: Nick[] | undefined;
  #failed = false;

  constructor(needs: RegistrationNeeds) {
    this.#needs = needs;
    this.login = new Login({
      write: needs.write,
      news: needs.news,
      sts: (value) => needs.sts(value),
      failed: (why) => this.#fail('auth', why),
      ...(needs.credentials === undefined ? {} : { credentials: needs.credentials }),
    });
    this.#timers = [needs.clock.after(REGISTER_MS, () => this.#late('The IRC network did not let us in in time.'))];
    if (needs.credentials !== undefined) this.#timers.push(needs.clock.after(ACCOUNT_MS, () => this.#accountLate()));
  }

  /** Ends the timers. */
  end(): void {
    for (const timer of this.#timers) timer.end();
  }

  /** Takes a line that came before 001. */
  take(line: IrcMessage): void {
    const { command, params } = line;
    const words = params.at(-1) ?? '';
    switch (command) {
      case '001':
        this.login.onRegistered();
        if (!this.#failed) this.#needs.registered(parseNick(params[0]) ?? this.#needs.nick);
        return;
      case '902':
      case '903':
      case '904':
      case '905':
      case '906':
      case '907':
      case '908':
        this.login.onNumeric(command, command === '908' ? params[1] : words);
        return;
      case '432':
      case '433':
      case '436':
      case '437':
        this.#nextNick(words);
        return;
      case '464':
      case '465':
        this.#needs.warned(endingOf(command, words), words);
        return;
      case '005':
        this.#needs.line(line);
        return;
      default:
    }
  }

  #nextNick(words: string): void {
    const { nick, nickLength } = this.#needs;
    this.#alternatives ??= alternativesTo(nick, nickLength, (other) => this.#needs.isOurs(other));
    const next = this.#alternatives.shift();
    if (next !== undefined) this.#needs.write(nickLine(next));
    else this.#fail('lost', refused('nick-taken', `No free nick was found for you (${cleanQuote(words)}).`).refusal);
  }

  #accountLate(): void {
    if (this.login.complete) return;
    this.#fail('auth', refused('auth-failed', 'The IRC network did not answer to the login in time.').refusal);
  }

  #late(say: string): void {
    this.#fail('lost', refused('timed-out', say).refusal);
  }

  #fail(ending: Ending, why: Refusal): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#needs.failed(ending, why);
  }
}
