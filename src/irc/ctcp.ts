/** Questions by CTCP to a client of ours, answered as clients do (I2M-4): seldom, and never DCC, of which its person is told (I2M-5). */

import type { IrcMessage } from 'irc-framework';
import type { Clock } from '../lib/clock.js';
import type { PrivateMessage } from '../model/irc-event.js';
import type { Nick } from '../model/irc-names.js';
import { sourceOf, type Hearing } from './client-events.js';
import { ctcpReplyLine } from './wire/lines.js';

/** One answer a second for each connection, whoever asks what (S11, L18). */
const EVERY_MS = 1000;
/** So often a person is told of offers by DCC; nothing of what they say is handed on (S11). */
const OFFERS_EVERY_MS = 60_000;
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
  #offeredAt = -Infinity;

  constructor(needs: CtcpNeeds) {
    this.#needs = needs;
  }

  /**
   * Takes a PRIVMSG or NOTICE that is nothing anybody said. Questions to channels and answers are left alone.
   * @returns what the client's person is to be told
   */
  take(line: IrcMessage, hearing: Pick<Hearing, 'network' | 'at' | 'heardBy'>): PrivateMessage | undefined {
    const { clock, on } = this.#needs;
    const [, asked = '', given = ''] = /^\x01([A-Za-z]{1,20})(?: ([^\x01]*))?\x01?$/.exec(line.params[1] ?? '') ?? [];
    const question = asked.toUpperCase();
    if (line.command !== 'PRIVMSG' || !this.#needs.isMe(line.params[0] ?? '')) return undefined;
    if (question === 'DCC') return this.#offered(line, given, hearing);
    const answer = on && Object.hasOwn(ANSWERS, question) ? ANSWERS[question] : undefined;
    const from = answer && sourceOf(line);
    const now = clock.elapsed();
    if (!answer || !from || now - this.#at < EVERY_MS) return undefined;
    this.#at = now;
    this.#needs.send(ctcpReplyLine(from.nick, question, answer(given, this.#needs)));
    return undefined;
  }

  #offered(line: IrcMessage, given: string, { network, at, heardBy }: Pick<Hearing, 'network' | 'at' | 'heardBy'>): PrivateMessage | undefined {
    const from = sourceOf(line);
    const [kind = ''] = given.split(' ', 1);
    const what = { SEND: 'a file', CHAT: 'a direct chat' }[kind.toUpperCase()];
    const now = this.#needs.clock.elapsed();
    if (!from || what === undefined || now - this.#offeredAt < OFFERS_EVERY_MS) return undefined;
    this.#offeredAt = now;
    const instead = kind.toUpperCase() === 'SEND' ? ' Ask for a link to it.' : '';
    const text = `${from.nick} offers you ${what} by DCC, which cannot cross the bridge.${instead}`;
    return { network, at, heardBy, kind: 'privateMessage', from: { nick: 'server' as Nick }, fromUser: false, to: heardBy, how: 'notice', text };
  }
}
