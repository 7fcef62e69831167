/** Makers: the homeserver edge with a real journal on disk, against a scripted homeserver, and a homeserver's requests to it. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../src/lib/clock.js';
import { systemClock } from '../../src/lib/clock.js';
import { quiet } from '../../src/lib/log.js';
import type { Entry, Journal } from '../../src/journal/port.js';
import { openJournal } from '../../src/journal/open.js';
import type { Metrics } from '../../src/metrics/port.js';
import type { EventId, RoomAlias, RoomId, UserId } from '../../src/model/ids.js';
import type { MatrixEvent } from '../../src/model/matrix-event.js';
import { openHomeserver } from '../../src/homeserver/open.js';
import type { HomeserverOptions, RegistrationFacts } from '../../src/homeserver/options.js';
import type { Homeserver, Questions } from '../../src/homeserver/port.js';
import type { Loose } from './scripted.js';
import { ScriptedHomeserver } from './scripted.js';

export const registration: RegistrationFacts = {
  id: 'irc',
  url: 'http://127.0.0.1:9',
  asToken: 'as-token',
  hsToken: 'hs-token',
  senderLocalpart: 'bridge',
  namespaces: { users: [{ exclusive: true, regex: '@irc_.*:hs\\.test' }], aliases: [], rooms: [] },
};
export const aGhost = '@irc_bob:hs.test' as UserId;
export const aRoom = '!room:hs.test' as RoomId;
export const aUser = '@alice:hs.test' as UserId;
export const anId = (text: string): EventId => text as EventId;
export const anAlias = (text: string): RoomAlias => text as RoomAlias;

/** Counts what is counted. */
export class CountedMetrics implements Metrics {
  readonly counts = new Map<string, number>();
  count(name: string, labels: Readonly<Record<string, string>> = {}, by = 1): void {
    const key = `${name}{${Object.values(labels).join()}}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + by);
  }
  time(): void {}
  set(name: string, value: number): void {
    this.counts.set(name, value);
  }
}

/** Everything one test needs; `stop` ends it all. */
export interface Edge {
  readonly homeserver: Homeserver;
  readonly remote: ScriptedHomeserver;
  readonly journal: Journal;
  readonly metrics: CountedMetrics;
  readonly events: MatrixEvent[];
  readonly entries: Entry[];
  /** Entries about accounts, as they were handed on. */
  readonly accounts: Entry[];
  /** Where we listen; made by `listen`. */
  url: string;
  listen(questions?: Partial<Questions>): Promise<void>;
  stop(): Promise<void>;
}

export interface EdgeWish extends Partial<Omit<HomeserverOptions, 'journal' | 'metrics'>> {
  readonly clock?: Clock;
  /** A journal's directory that outlives this edge. */
  readonly directory?: string;
  readonly journal?: (journal: Journal) => Journal;
  readonly onEvent?: (event: MatrixEvent) => void;
}

export function aDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'causeway-hs-'));
}

/** Builds an edge of its own for a test. */
export async function anEdge(wish: EdgeWish = {}): Promise<Edge> {
  const directory = wish.directory ?? aDirectory();
  const clock = wish.clock ?? systemClock;
  const remote = new ScriptedHomeserver();
  const url = await remote.start();
  const metrics = new CountedMetrics();
  // The disk's own timers must run, whatever time the test plays.
  const disk = await openJournal({ directory, clock: systemClock, log: quiet, metrics });
  const journal = wish.journal?.(disk) ?? disk;
  const { directory: _directory, journal: _journal, onEvent, ...options } = wish;
  const homeserver = openHomeserver({
    registration,
    domain: 'hs.test',
    url,
    bind: { host: '127.0.0.1', port: 0 },
    log: quiet,
    clock,
    chance: () => 0.5,
    isGhost: (user) => /^@irc_[^:]+:hs\.test$/u.test(user),
    ...options,
    journal,
    metrics,
  });
  const events: MatrixEvent[] = [];
  const entries: Entry[] = [];
  const accounts: Entry[] = [];
  const edge: Edge = {
    homeserver,
    remote,
    journal,
    metrics,
    events,
    entries,
    accounts,
    url: '',
    async listen(questions = {}) {
      const all = { alias: async () => false, user: async () => false, wanting: () => undefined, ...questions };
      const { port } = await homeserver.listen(all, (event, entry) => {
        events.push(event);
        entries.push(entry);
        onEvent?.(event);
      }, (entry) => accounts.push(entry));
      edge.url = `http://127.0.0.1:${port}`;
    },
    async stop() {
      await homeserver.close();
      await remote.stop();
      await disk.close();
      if (wish.directory === undefined) rmSync(directory, { recursive: true, force: true });
    },
  };
  return edge;
}

/** A message event as a homeserver pushes it. */
export function aMessage(id: string, more: object = {}): Record<string, unknown> {
  return {
    type: 'm.room.message',
    event_id: id,
    room_id: aRoom,
    sender: aUser,
    origin_server_ts: 1_700_000_000_000,
    content: { msgtype: 'm.text', body: `text of ${id}` },
    ...more,
  };
}

/** Pushes a transaction as a homeserver does; `body` is JSON unless it is bytes or text already. */
export async function push(
  edge: Pick<Edge, 'url'>,
  txnId: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Loose; headers: Headers }> {
  return call(`${edge.url}/_matrix/app/v1/transactions/${encodeURIComponent(txnId)}`, {
    method: 'PUT',
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    headers: { authorization: 'Bearer hs-token', ...headers },
  });
}

/** Any request; the answer must be JSON. */
export async function call(url: string, init: RequestInit = {}): Promise<{ status: number; body: Loose; headers: Headers }> {
  const response = await fetch(url, init);
  return { status: response.status, body: await response.json(), headers: response.headers };
}

export const authorised = { headers: { authorization: 'Bearer hs-token' } };
