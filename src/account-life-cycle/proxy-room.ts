/** Tells one room of operators what happened to accounts (SYN-18): a few lines at a time, however many come. */

import { randomUUID } from 'node:crypto';
import type { Homeserver } from '../homeserver/port.js';
import type { Clock, Timer } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { faultText } from '../model/errors.js';
import type { NewsType } from '../model/account.js';
import { parseRoomId, type UserId } from '../model/ids.js';
import type { Deed } from '../policy/after-changes.js';

export interface ProxyRoomNeeds {
  readonly homeserver: Pick<Homeserver, 'bot'>;
  /** `syntheticEvents.proxyRoom`. */
  readonly room: () => string | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** What comes within this is told together. */
const GATHER_MS = 2_000;
const MOST_LINES = 40;

const HAPPENED: Readonly<Record<NewsType, string>> = {
  registration: 'registered',
  new_user: 'registered',
  login: 'logged in',
  logout: 'logged out',
  deactivated: 'closed the account',
  other: 'did something',
};

export class ProxyRoom {
  readonly #needs: ProxyRoomNeeds;
  #lines: string[] = [];
  #more = 0;
  #timer: Timer | undefined;

  constructor(needs: ProxyRoomNeeds) {
    this.#needs = needs;
  }

  /** Never waits, never throws. */
  tell(type: NewsType, person: UserId, deeds: readonly Deed[]): void {
    if (this.#needs.room() === undefined) return;
    const follows = deeds.length === 0 ? '' : ` (${deeds.join(', ')})`;
    if (this.#lines.length < MOST_LINES) this.#lines.push(`${person} ${HAPPENED[type]}${follows}`);
    else this.#more++;
    this.#timer ??= this.#needs.clock.after(GATHER_MS, () => void this.#send());
  }

  /** Tells at once what waits to be told. Never rejects. */
  async flush(): Promise<void> {
    if (this.#timer === undefined) return;
    this.#timer.end();
    await this.#send();
  }

  stop(): void {
    this.#timer?.end();
  }

  async #send(): Promise<void> {
    const { homeserver, log } = this.#needs;
    const room = parseRoomId(this.#needs.room());
    const body = [...this.#lines, ...(this.#more > 0 ? [`and ${this.#more} more`] : [])].join('\n');
    this.#timer = undefined;
    this.#lines = [];
    this.#more = 0;
    if (room === undefined) return;
    try {
      await homeserver.bot.send(room, 'm.room.message', { msgtype: 'm.notice', body, 'm.mentions': {} }, `accounts.${randomUUID()}`);
    } catch (fault) {
      log.warn('the proxy room was not told', { room, why: faultText(fault) });
    }
  }
}
