/** Somebody on Matrix: the plain client-server API, for the sandbox's homeserver as for a real one. */

import { randomUUID } from 'node:crypto';
import type { Clock } from '../../lib/clock.js';
import { sleep, systemClock } from '../../lib/clock.js';
import { PATIENCE_MS, Seen } from './seen.js';

export interface SeenEvent {
  readonly event_id: string;
  readonly room_id: string;
  readonly type: string;
  readonly sender: string;
  readonly state_key?: string;
  readonly origin_server_ts: number;
  readonly content: Readonly<Record<string, unknown>>;
}

export interface SeeWish {
  readonly room?: string;
  readonly from?: string | RegExp;
  readonly type?: string;
  readonly msgtype?: string;
  readonly withinMs?: number;
}

/** An answer that was no success. */
export class Refused extends Error {
  readonly status: number;
  readonly errcode: string | undefined;

  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    super(`${status} ${JSON.stringify(body)}`);
    this.name = 'Refused';
    this.status = status;
    this.errcode = typeof body.errcode === 'string' ? body.errcode : undefined;
  }
}

interface SyncRoom {
  readonly timeline?: { readonly events: readonly SeenEvent[] };
  readonly state?: { readonly events: readonly SeenEvent[] };
  readonly invite_state?: { readonly events: readonly SeenEvent[] };
}

const shown = (event: SeenEvent): string => `${event.type} ${event.sender} ${JSON.stringify(event.content)}`;
const SYNC_MS = 20_000;

export class MatrixPerson {
  readonly url: string;
  readonly userId: string;
  readonly token: string;
  readonly seen: Seen<SeenEvent>;
  private readonly clock: Clock;
  private readonly stopping = new AbortController();
  private readonly known = new Set<string>();
  private syncing: Promise<void> = Promise.resolve();

  private constructor(url: string, userId: string, token: string, clock: Clock) {
    this.url = url;
    this.userId = userId;
    this.token = token;
    this.clock = clock;
    this.seen = new Seen<SeenEvent>(clock);
  }

  /** Registers somebody new and begins to listen. */
  static async registers(url: string, localpart: string, clock: Clock = systemClock): Promise<MatrixPerson> {
    const body = { username: localpart, password: randomUUID(), auth: { type: 'm.login.dummy' } };
    const answer = await request(url, 'POST', '/_matrix/client/v3/register', undefined, body);
    return MatrixPerson.withToken(url, String(answer.user_id), String(answer.access_token), clock);
  }

  /** Somebody who has an account already, on one of his devices, and begins to listen there. */
  static withToken(url: string, userId: string, token: string, clock: Clock = systemClock): MatrixPerson {
    const person = new MatrixPerson(url, userId, token, clock);
    person.syncing = person.sync();
    return person;
  }

  /** Any call of the client-server API, `path` behind `/_matrix/client/v3`. Throws `Refused`. */
  call(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    return request(this.url, method, `/_matrix/client/v3${path}`, this.token, body);
  }

  /** Joins by id or alias and says the room's id. */
  async joins(room: string): Promise<string> {
    return String((await this.call('POST', `/join/${encodeURIComponent(room)}`, {})).room_id);
  }

  async leaves(room: string): Promise<void> {
    await this.call('POST', `/rooms/${encodeURIComponent(room)}/leave`, {});
  }

  /** Makes a public room, with `invite` invited. */
  async makesRoom(more: Readonly<Record<string, unknown>> = {}): Promise<string> {
    return String((await this.call('POST', '/createRoom', { preset: 'public_chat', ...more })).room_id);
  }

  says(room: string, text: string): Promise<string> {
    return this.sends(room, { msgtype: 'm.text', body: text });
  }

  /** Sends a message of any content, or an event of another type, and says its id. */
  async sends(room: string, content: Readonly<Record<string, unknown>>, type = 'm.room.message'): Promise<string> {
    const path = `/rooms/${encodeURIComponent(room)}/send/${encodeURIComponent(type)}/${randomUUID()}`;
    return String((await this.call('PUT', path, content)).event_id);
  }

  /** Waits for a message whose body is, or fits, `what`; each event answers one such wait only. */
  sees(what: string | RegExp, wish: SeeWish = {}): Promise<SeenEvent> {
    const fits = (event: SeenEvent): boolean => {
      const { body, msgtype } = event.content;
      return (
        event.type === (wish.type ?? 'm.room.message') && typeof body === 'string' && matches(body, what) &&
        (wish.room === undefined || wish.room === event.room_id) &&
        (wish.msgtype === undefined || wish.msgtype === msgtype) &&
        (wish.from === undefined || matches(event.sender, wish.from))
      );
    };
    return this.seen.next(`${this.userId} sees ${String(what)}`, fits, wish.withinMs ?? PATIENCE_MS, shown);
  }

  /** Waits for any event that fits. */
  seesEvent(what: string, fits: (event: SeenEvent) => boolean, withinMs = PATIENCE_MS): Promise<SeenEvent> {
    return this.seen.next(`${this.userId} sees ${what}`, fits, withinMs, shown);
  }

  /** Waits until somebody has this membership in the room. */
  seesMember(who: string | RegExp, membership: string, room?: string, withinMs?: number): Promise<SeenEvent> {
    const fits = (event: SeenEvent): boolean =>
      event.type === 'm.room.member' && matches(event.state_key ?? '', who) && event.content.membership === membership &&
      (room === undefined || room === event.room_id);
    return this.seesEvent(`${String(who)} ${membership}`, fits, withinMs);
  }

  /** Messages seen so far, oldest first. */
  messages(room?: string): SeenEvent[] {
    return this.seen.all.filter((event) => event.type === 'm.room.message' && (room ?? event.room_id) === event.room_id);
  }

  /** The room's whole history as the homeserver has it, oldest first: what counts for lost and doubled. */
  async history(room: string): Promise<SeenEvent[]> {
    const events: SeenEvent[] = [];
    let from: string | undefined;
    do {
      const at = from === undefined ? '' : `&from=${encodeURIComponent(from)}`;
      const page = await this.call('GET', `/rooms/${encodeURIComponent(room)}/messages?dir=b&limit=500${at}`);
      const chunk = page.chunk as readonly SeenEvent[];
      events.push(...chunk);
      from = chunk.length > 0 && typeof page.end === 'string' ? page.end : undefined;
    } while (from !== undefined);
    return events.reverse();
  }

  /** Stops listening. */
  async rests(): Promise<void> {
    this.stopping.abort(new Error('rests'));
    await this.syncing;
  }

  private async sync(): Promise<void> {
    const { signal } = this.stopping;
    let since: string | undefined;
    while (!signal.aborted) {
      const query = since === undefined ? 'timeout=0' : `timeout=${SYNC_MS}&since=${encodeURIComponent(since)}`;
      try {
        const page = await request(this.url, 'GET', `/_matrix/client/v3/sync?${query}`, this.token, undefined, signal);
        since = String(page.next_batch);
        this.take(page.rooms as Record<string, Record<string, SyncRoom>> | undefined);
      } catch (fault) {
        if (!(fault instanceof Error)) throw fault;
        // The homeserver may be down for a while in a story; a person's client tries again.
        await sleep(this.clock, 100, signal).catch(() => undefined);
      }
    }
  }

  private take(rooms: Record<string, Record<string, SyncRoom>> | undefined): void {
    for (const group of Object.values(rooms ?? {})) {
      for (const [roomId, room] of Object.entries(group)) {
        const events = [...(room.state?.events ?? []), ...(room.invite_state?.events ?? []), ...(room.timeline?.events ?? [])];
        for (const event of events) {
          // Invited rooms come as stripped state, without ids.
          const { event_id: id } = event as Partial<SeenEvent>;
          if (id !== undefined && this.known.has(id)) continue;
          if (id !== undefined) this.known.add(id);
          this.seen.push({ ...event, room_id: roomId });
        }
      }
    }
  }
}

function matches(text: string, what: string | RegExp): boolean {
  return typeof what === 'string' ? text === what : what.test(text);
}

async function request(
  url: string,
  method: string,
  path: string,
  token: string | undefined,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Record<string, unknown>> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: signal ?? AbortSignal.timeout(30_000),
  });
  const reply = (await answer.json()) as Record<string, unknown>;
  if (!answer.ok) throw new Refused(answer.status, reply);
  return reply;
}
