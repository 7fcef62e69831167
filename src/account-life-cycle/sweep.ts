/**
 * Each night, where that is wished, the homeserver is asked which of the people known here have closed their accounts,
 * since nothing else may have told it (SYN-21). What follows is what follows from the event.
 */

import type { AccountSign, Actor, Homeserver } from '../homeserver/port.js';
import { type Clock, sleep, type Timer } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { faultText, isFault } from '../model/errors.js';
import { domainOf, type RoomId, type UserId } from '../model/ids.js';
import { closedAccounts, type Finding } from '../policy/closed-accounts.js';

export interface SweepNeeds {
  readonly homeserver: Pick<Homeserver, 'domain' | 'accountSign' | 'injectAccount' | 'joinedMembers'> & { readonly bot: Pick<Actor, 'ensureRegistered'> };
  /** `syntheticEvents.nightlySweep`. */
  readonly isOn: () => boolean;
  /** Of whom anything is kept, the bot and ghosts left out. */
  readonly everybody: () => Promise<ReadonlySet<UserId>>;
  readonly isClosed: (person: UserId) => boolean;
  /** Rooms of ours in which people may be. */
  readonly rooms: () => readonly RoomId[];
  readonly clock: Clock;
  readonly stopping: AbortSignal;
  readonly log: Log;
}

/** At three o'clock of the machine's time zone. */
const HOUR = 3;
const LOOK_MS = 600_000;
/** Between two questions. */
const PAUSE_MS = 200;
/** Questions without an answer before the rest of the night is left. */
const MOST_FAILED = 5;

export class NightlySweep {
  readonly #needs: SweepNeeds;
  #night = '';
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;

  constructor(needs: SweepNeeds) {
    this.#needs = needs;
  }

  start(): void {
    const { homeserver, isOn, log } = this.#needs;
    // Synapse makes nobody an admin who has no account, and the bot of a service needs none for all else.
    if (isOn()) homeserver.bot.ensureRegistered().catch((fault: unknown) => log.warn('the bot has no account', { why: faultText(fault) }));
    this.#night = nightOf(this.#needs.clock.now());
    this.#timer = this.#needs.clock.every(LOOK_MS, () => {
      const night = nightOf(this.#needs.clock.now());
      if (night === this.#night) return;
      this.#night = night;
      if (this.#needs.isOn()) void this.run();
    });
  }

  stop(): void {
    this.#timer?.end();
  }

  /** Asks about everybody; never rejects. */
  run(): Promise<void> {
    this.#running ??= this.#run()
      .catch((fault: unknown) => {
        if (!isFault(fault, 'STOPPING')) this.#needs.log.warn('accounts not asked for, tried again tomorrow', { why: faultText(fault) });
      })
      .finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #run(): Promise<void> {
    const { homeserver, everybody, isClosed, clock, stopping, log } = this.#needs;
    const people = [...(await everybody())].filter((person) => domainOf(person) === homeserver.domain && !isClosed(person));
    const findings: Finding[] = [];
    let failed = 0;
    for (const person of people) {
      const sign = await homeserver.accountSign(person).catch((fault: unknown): AccountSign => {
        // One account may be ill; a homeserver that is, says nothing about anybody.
        if (isFault(fault, 'STOPPING') || ++failed > MOST_FAILED) throw fault;
        return 'unknown';
      });
      findings.push({ person, sign, left: sign === 'no such account' && !(await this.#isSomewhere(person)) });
      await sleep(clock, PAUSE_MS, stopping);
    }
    const closed = closedAccounts(findings);
    if (closed === undefined) return log.error('far more accounts seem closed than can be: nobody is forgotten', { asked: findings.length });
    log.info('accounts asked for', { asked: findings.length, closed: closed.length, unknown: findings.filter(({ sign }) => sign === 'unknown').length });
    for (const person of closed) {
      await homeserver.injectAccount({ type: 'm.user.deactivated', content: { user_id: person }, ts: clock.now() });
    }
  }

  async #isSomewhere(person: UserId): Promise<boolean> {
    for (const room of this.#needs.rooms()) {
      try {
        if ((await this.#needs.homeserver.joinedMembers(room)).includes(person)) return true;
      } catch (fault) {
        if (!isFault(fault, 'HOMESERVER_FORBIDDEN') && !isFault(fault, 'HOMESERVER_NOT_FOUND')) throw fault;
      }
    }
    return false;
  }
}

/** The day whose night was last, as the machine's calendar has it. */
function nightOf(now: number): string {
  const date = new Date(now);
  date.setHours(date.getHours() - HOUR);
  return date.toDateString();
}
