/** When people, ghosts, rooms and channels last said something since the start, and how long clients took to connect. */

import { BoundedMap } from '../lib/bounded-map.js';
import type { Clock } from '../lib/clock.js';
import type { IrcEvent } from '../model/irc-event.js';
import type { MatrixEvent } from '../model/matrix-event.js';
import type { Metrics } from './port.js';

const MOST_PEOPLE = 50_000;
const MOST_ROOMS = 20_000;

export class Activity {
  /** Matrix users by id, IRC users by network and nick, rooms by id, channels by network and name: ms since the epoch. */
  readonly people = new BoundedMap<string, number>(MOST_PEOPLE);
  readonly ghosts = new BoundedMap<string, number>(MOST_PEOPLE);
  readonly rooms = new BoundedMap<string, number>(MOST_ROOMS);
  readonly channels = new BoundedMap<string, number>(MOST_ROOMS);
  readonly #metrics: Metrics;
  readonly #clock: Clock;
  /** What the predecessor called the handling of each kind; made once, so that a line costs no object. */
  readonly #methods = new Map<string, { readonly method: string }>();
  readonly #connecting = new BoundedMap<string, number>(MOST_PEOPLE);

  constructor(metrics: Metrics, clock: Clock) {
    this.#metrics = metrics;
    this.#clock = clock;
  }

  /** Sees an event before it is carried; ghosts of ours among the senders are the reader's to leave out. */
  onMatrix(event: MatrixEvent): void {
    if (event.kind !== 'message') return;
    const now = this.#clock.now();
    this.people.set(event.sender, now);
    this.rooms.set(event.room, now);
  }

  /** Sees what was heard before it is carried. */
  onIrc(event: IrcEvent): void {
    this.#metrics.count('bridge_irchandler_calls', this.#methodOf(event.kind));
    if (event.kind === 'message') {
      this.ghosts.set(`${event.network} ${event.from.nick}`, event.at);
      this.channels.set(`${event.network} ${event.channel}`, event.at);
    } else if (event.kind === 'clientStatus') this.#onStatus(event);
  }

  #methodOf(kind: string): { readonly method: string } {
    const known = this.#methods.get(kind) ?? { method: `on${kind.charAt(0).toUpperCase()}${kind.slice(1)}` };
    this.#methods.set(kind, known);
    return known;
  }

  #onStatus({ network, client, status }: Extract<IrcEvent, { kind: 'clientStatus' }>): void {
    const key = `${network} ${client.owner}`;
    const begun = this.#connecting.get(key);
    if (status === 'connecting') this.#connecting.set(key, this.#clock.elapsed());
    else this.#connecting.delete(key);
    if (status === 'ready' && begun !== undefined) {
      this.#metrics.time('bridge_irc_connection_time_ms', this.#clock.elapsed() - begun);
    }
  }
}
