/** The least homeserver that a bridge under load needs: answers at once, echoes every event back, one transaction at a time. */

import { createServer, request, Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Record<string, unknown>;
interface Sent extends Json {
  readonly content: Json;
  readonly sender: string;
}

export const DOMAIN = 'bench.local';
const MOST_EVENTS = 100;

export class LoadHomeserver {
  /** What the bridge sent to rooms. */
  onSend: (body: string) => void = () => undefined;
  /** A status to answer everything with; 0: none. */
  failWith = 0;
  /** Whether transactions are held back. */
  held = false;
  /** Room and answer of every send, by its transaction id: a repeat must not be stored twice. */
  readonly #sent = new Map<string, { readonly event: Sent; readonly room: string }>();
  readonly #server = createServer((asked, answer) => this.#take(asked, answer));
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #queue: Json[] = [];
  #pumping = false;
  #ended = false;
  #number = 0;
  #bridge = { port: 0, token: '' };

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Where transactions go. */
  serve(port: number, token: string): void {
    this.#bridge = { port, token };
  }

  close(): void {
    this.#ended = true;
    this.#agent.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Somebody joins a room. */
  join(room: string, user: string): void {
    const content = { membership: 'join', displayname: user.slice(1).split(':')[0] };
    this.#push({ type: 'm.room.member', room_id: room, sender: user, state_key: user, content });
  }

  /** Somebody talks. */
  say(room: string, user: string, body: string): void {
    this.#push({ type: 'm.room.message', room_id: room, sender: user, content: { msgtype: 'm.text', body } });
  }

  /** Lets go what was held back. */
  release(): void {
    this.held = false;
    void this.#pump();
  }

  #push(event: Json): void {
    this.#queue.push({ ...event, event_id: `$${++this.#number}`, origin_server_ts: Date.now() });
    void this.#pump();
  }

  async #pump(): Promise<void> {
    if (this.#pumping || this.held) return;
    this.#pumping = true;
    while (this.#queue.length > 0 && !this.#ended) {
      const events = this.#queue.slice(0, MOST_EVENTS);
      this.#queue = this.#queue.slice(MOST_EVENTS);
      const txn = `t${++this.#number}`;
      const body = JSON.stringify({ events });
      while (!(await this.#deliver(txn, body))) await new Promise((resolve) => setTimeout(resolve, 50));
    }
    this.#pumping = false;
  }

  #deliver(txn: string, body: string): Promise<boolean> {
    const { port, token } = this.#bridge;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const path = `/_matrix/app/v1/transactions/${txn}`;
    return new Promise((resolve) => {
      const asked = request({ agent: this.#agent, host: '127.0.0.1', port, method: 'PUT', path, headers }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(this.#ended || answer.statusCode === 200));
      });
      asked.on('error', () => resolve(this.#ended));
      asked.end(body);
    });
  }

  #take(asked: IncomingMessage, answer: ServerResponse): void {
    const pieces: Buffer[] = [];
    asked.on('data', (piece: Buffer) => pieces.push(piece));
    asked.on('end', () => {
      const body = pieces.length === 0 ? '{}' : Buffer.concat(pieces).toString();
      const [status, reply] = this.failWith > 0 ? [this.failWith, { errcode: 'M_UNKNOWN' }] : this.#answer(asked, body);
      const text = JSON.stringify(reply);
      answer.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      answer.end(text);
    });
  }

  #answer(asked: IncomingMessage, body: string): [number, Json] {
    const [path = '', query = ''] = (asked.url ?? '').split('?');
    const user = new URLSearchParams(query).get('user_id') ?? `@ircbot:${DOMAIN}`;
    const [, , , , what, about = '', verb, , txn = ''] = path.split('/');
    const room = decodeURIComponent(about);
    switch (what) {
      case 'account':
        return [200, { user_id: user }];
      case 'join':
        return [200, { room_id: room }];
      case 'joined_rooms':
        return [200, { joined_rooms: [] }];
      case 'profile':
        return asked.method === 'GET' ? [404, { errcode: 'M_NOT_FOUND' }] : [200, {}];
      case 'rooms':
        if (verb === 'send') return [200, { event_id: this.#store(room, user, txn, JSON.parse(body) as Json) }];
        return verb === 'messages' ? [200, { chunk: this.#newest(room) }] : [404, { errcode: 'M_NOT_FOUND' }];
      default:
        return [200, {}];
    }
  }

  #store(room: string, sender: string, txn: string, content: Json): string {
    const known = this.#sent.get(txn);
    if (known) return String(known.event['event_id']);
    const event = { type: 'm.room.message', room_id: room, sender, content, event_id: `$${++this.#number}`, origin_server_ts: Date.now() };
    this.#sent.set(txn, { event, room });
    this.onSend(String(content['body']));
    this.#queue.push(event);
    void this.#pump();
    return event.event_id;
  }

  #newest(room: string): readonly Sent[] {
    return [...this.#sent.values()].filter((sent) => sent.room === room).map(({ event }) => event).slice(-100).reverse();
  }
}
