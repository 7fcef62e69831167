/** A small homeserver that does what a test tells it, over real loopback HTTP, and remembers what it was asked. */

import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a test reads out of JSON without asking its shape. */
export type Loose = ReturnType<typeof JSON.parse>;

/** A request as it arrived. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly user: string;
  readonly token: string | undefined;
  readonly body: Record<string, Loose>;
  readonly at: number;
}

/** An answer: JSON with a status, raw bytes, a broken connection, or none at all. */
export type Told =
  | { status?: number; json?: unknown; text?: string; headers?: Record<string, string>; wait?: Promise<unknown> }
  | 'reset'
  | 'hang';

export class ScriptedHomeserver {
  readonly asked: Asked[] = [];
  /** Asked first; `undefined` falls through to `obey`. */
  script: (asked: Asked) => Told | undefined | Promise<Told | undefined> = () => undefined;
  /** Events stored, newest last. */
  readonly events: { event_id: string; sender: string; type: string; room: string; content: Loose; origin_server_ts: number }[] = [];
  /** The memory of transaction ids; `clear()` it to restart. */
  readonly txns = new Map<string, string>();
  now = (): number => Date.now();
  sockets = 0;
  mostSockets = 0;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.on('connection', (socket) => {
      this.mostSockets = Math.max(this.mostSockets, ++this.sockets);
      socket.on('close', () => this.sockets--);
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Ends every keep-alive connection, as a restart does. */
  dropSockets(): void {
    this.#server.closeAllConnections();
  }

  /** What was asked of paths that contain `text`. */
  of(text: string): Asked[] {
    return this.asked.filter(({ path }) => path.includes(text));
  }

  /** Does what a homeserver does when all is well. */
  obey(asked: Asked): Told {
    const { path, user } = asked;
    const parts = path.split('/').map(decodeURIComponent);
    const [, , , , , room = '', verb, type = '', txnId = ''] = parts;
    if (verb === 'send') {
      const known = this.txns.get(path);
      if (known !== undefined) return { json: { event_id: known } };
      const id = `$event${this.events.length}`;
      this.events.push({ event_id: id, sender: user, type, room, content: asked.body, origin_server_ts: this.now() });
      this.txns.set(path, id);
      return { json: { event_id: id } };
    }
    if (verb === 'messages') {
      const all = this.events.filter((event) => event.room === room).reverse();
      const from = Number(asked.query.get('from') ?? 0);
      const chunk = all.slice(from, from + 100);
      return { json: { chunk, ...(from + 100 < all.length ? { end: String(from + 100) } : {}) } };
    }
    if (verb === 'state') return { json: { event_id: `$state.${type}.${txnId}` } };
    if (path.endsWith('/register')) return { json: { user_id: `@${asked.body['username']}:hs.test` } };
    if (path.endsWith('/whoami')) return { json: { user_id: '@bridge:hs.test' } };
    if (path.endsWith('/capabilities')) return { json: { capabilities: { 'm.room_versions': { default: '12' } } } };
    if (path.endsWith('/createRoom')) return { json: { room_id: '!new:hs.test' } };
    return { json: {} };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return; // the test's subject went away
    }
    const url = new URL(request.url ?? '', 'http://hs.test');
    const text = Buffer.concat(chunks).toString();
    const asked: Asked = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      user: url.searchParams.get('user_id') ?? '@bridge:hs.test',
      token: request.headers.authorization,
      body: text === '' ? {} : JSON.parse(text),
      at: performance.now(),
    };
    this.asked.push(asked);
    const told = (await this.script(asked)) ?? this.obey(asked);
    if (told === 'hang') return;
    if (told === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    await told.wait;
    const body = told.text ?? JSON.stringify(told.json ?? {});
    response.writeHead(told.status ?? 200, { 'content-type': 'application/json', ...told.headers });
    response.end(body);
  }
}

/** A Matrix error as an answer. */
export function error(status: number, errcode: string, text = 'no', more: object = {}): Told {
  return { status, json: { errcode, error: text, ...more } };
}
