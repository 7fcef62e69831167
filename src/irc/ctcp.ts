/** Questions by CTCP to a client of ours, answered as clients do (I2M-4): seldom, and never DCC. */

import type { IrcMessage } from 'irc-framework';
import type { Clock } from '../lib/clock.js';
import { sourceOf } from './client-events.js';
import { ctcpReplyLine } from './wire/lines.js';

/** One answer a second for each connection, whoever asks what (S11, L18). */
const EVERY_MS = 1000;
/** What is asked with a PING comes back; clients send a time, which is short. */
const PING_MOST = 100;

export interface CtcpNeeds {
  readonly clock: Clock;
  /** Whether anything is answered (`ircClients.ctcp`). */
  readonly on: boolean;
  /** Of the bridge. */
  readonly version: string;
  /** Whether a nick is ours. */
  isMe(nick: string): boolean;
  send(line: string | undefined): void;
}

type Answer = (given: string, needs: CtcpNeeds) => string;

const ANSWERS: Readonly<Record<string, Answer>> = {
  VERSION: (_given, { version }) => `Causeway ${version}, a Matrix-IRC bridge`,
  PING: (given) => given.slice(0, PING_MOST),
  TIME: (_given, { clock }) => new Date(clock.now()).toUTCString(),
  CLIENTINFO: () => ['ACTION', ...Object.keys(ANSWERS)].sort().join(' '),
  SOURCE: () => 'npm:matrix-causeway',
};

export class Ctcp {
  readonly #needs: CtcpNeeds;
  #at = -Infinity;

  constructor(needs: CtcpNeeds) {
    this.#needs = needs;
  }

  /** Takes a PRIVMSG or NOTICE that is nothing anybody said. Questions to channels and answers are left alone. */
  take(line: IrcMessage): void {
    const { clock, on } = this.#needs;
    const [, asked = '', given = ''] = /^\x01([A-Za-z]{1,20})(?: ([^\x01]*))?\x01?$/.exec(line.params[1] ?? '') ?? [];
    const question = asked.toUpperCase();
    if (!on || line.command !== 'PRIVMSG' || !this.#needs.isMe(line.params[0] ?? '')) return;
    const answer = Object.hasOwn(ANSWERS, question) ? ANSWERS[question] : undefined;
    const from = answer && sourceOf(line);
    const now = clock.elapsed();
    if (!answer || !from || now - this.#at < EVERY_MS) return;
    this.#at = now;
    this.#needs.send(ctcpReplyLine(from.nick, question, answer(given, this.#needs)));
  }
}
