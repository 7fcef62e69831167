/** Hosts that have said that they want TLS alone (IRCv3 `sts`): which, on which port, for how long (CONN-3, R15). */

import type { Clock } from '../../lib/clock.js';

/** What a host said over TLS, to be kept over restarts. */
export interface StrictHost {
  readonly port: number;
  /** How long it holds after the last connection, in seconds. */
  readonly seconds: number;
  /** Until when it holds by now, ms since the epoch. */
  readonly until: number;
}

/** Nobody's word binds us longer than ten years. */
const MOST_SECONDS = 10 * 365 * 86_400;

export interface StrictNeeds {
  readonly clock: Clock;
  /** What was kept. */
  readonly known?: ReadonlyMap<string, StrictHost>;
  /** Called when what is to be kept has changed. */
  keep(hosts: ReadonlyMap<string, StrictHost>): void;
  /** Resolves when that is done. */
  settled(): Promise<void>;
}

export class StrictHosts {
  readonly #needs: StrictNeeds;
  readonly #hosts: Map<string, StrictHost>;
  /** Asked for over a plain connection, which anybody may have altered: in force as long as this process lives. */
  readonly #asked = new Map<string, number>();
  /** Connections over which the word was given and which last: it cannot run out under them. */
  readonly #held = new Map<string, Set<object>>();

  constructor(needs: StrictNeeds) {
    this.#needs = needs;
    this.#hosts = new Map(needs.known);
  }

  /** The port to dial with TLS; `undefined` where the host has asked for nothing, or its word has run out. */
  portOf(host: string): number | undefined {
    const told = this.#hosts.get(host);
    if (told === undefined) return this.#asked.get(host);
    const holds = (this.#held.get(host)?.size ?? 0) > 0 || this.#needs.clock.now() < told.until;
    if (!holds) this.#forget(host);
    return holds ? told.port : undefined;
  }

  /** A plain connection was told to come with TLS. */
  ask(host: string, port: number): void {
    this.#asked.set(host, port);
  }

  /** A connection with TLS was told for how long; 0 takes back what was said. */
  tell(host: string, port: number, seconds: number, by: object): void {
    this.#asked.delete(host);
    if (seconds === 0) {
      this.#forget(host);
      return;
    }
    this.#held.set(host, (this.#held.get(host) ?? new Set()).add(by));
    this.#set(host, { port, seconds, until: this.#needs.clock.now() + seconds * 1000 });
  }

  /** A connection with TLS is over: the time counts from now. */
  over(host: string, by: object): void {
    const told = this.#hosts.get(host);
    if (this.#held.get(host)?.delete(by) !== true || told === undefined) return;
    this.#set(host, { ...told, until: this.#needs.clock.now() + told.seconds * 1000 });
  }

  /** Resolves when what is to be kept is kept. */
  settled(): Promise<void> {
    return this.#needs.settled();
  }

  #set(host: string, told: StrictHost): void {
    this.#hosts.set(host, told);
    this.#needs.keep(this.#hosts);
  }

  #forget(host: string): void {
    this.#held.delete(host);
    if (this.#hosts.delete(host)) this.#needs.keep(this.#hosts);
  }
}

/** Where a connection went, and who is told when it has to go elsewhere. */
export interface StrictPlace {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  asked(port: number): void;
}

/** One connection's part in it. */
export class StrictLink {
  readonly #hosts: StrictHosts;
  readonly #where: StrictPlace;

  constructor(hosts: StrictHosts, where: StrictPlace) {
    this.#hosts = hosts;
    this.#where = where;
  }

  /**
   * Takes the value of `sts`. Without TLS only its `port` counts, with TLS only its `duration`; what lacks that, or is no
   * number, is no word at all.
   * @returns whether this connection must be given up for one with TLS
   */
  heard(value: string): boolean {
    const { host, port, secure } = this.#where;
    const number = numberOf(value, secure ? 'duration' : 'port');
    if (number === undefined) return false;
    if (secure) {
      this.#hosts.tell(host, port, Math.min(number, MOST_SECONDS), this);
      return false;
    }
    if (number < 1 || number > 65_535) return false;
    this.#hosts.ask(host, number);
    this.#where.asked(number);
    return true;
  }

  /** The connection is over. */
  over(): void {
    this.#hosts.over(this.#where.host, this);
  }
}

/** The number behind a key of a list such as `duration=10,port=6697`; a key that is given twice says nothing. */
function numberOf(value: string, key: string): number | undefined {
  const found = value.split(',').filter((token) => token.startsWith(`${key}=`));
  const digits = found.length === 1 ? found[0]?.slice(key.length + 1) : undefined;
  return digits !== undefined && /^\d{1,15}$/.test(digits) ? Number(digits) : undefined;
}
