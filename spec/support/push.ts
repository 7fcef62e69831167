/** The homeserver's side of the bridge's listener, by hand: transactions that no real homeserver would send. */

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import type { Bridge } from './bridge.js';

export interface PushAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly ms: number;
}

export interface Asking {
  readonly method?: string;
  readonly body?: string | Buffer | object;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Another token; '' sends none. */
  readonly token?: string;
}

/** The hs_token in the bridge's registration. */
export function hsToken(bridge: Bridge): string {
  return tokenIn(bridge, 'hs_token');
}

/** The as_token in the bridge's registration. */
export function asToken(bridge: Bridge): string {
  return tokenIn(bridge, 'as_token');
}

function tokenIn(bridge: Bridge, key: string): string {
  const text = readFileSync(bridge.process.registrationFile, 'utf8');
  const found = new RegExp(`^${key}: *["']?([^"'\\s]+)`, 'mu').exec(text)?.[1];
  if (found === undefined) throw new Error(`no ${key} in the registration`);
  return found;
}

export class Pusher {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });
  private readonly bridge: Bridge;
  private readonly token: string;
  private count = 0;

  constructor(bridge: Bridge) {
    this.bridge = bridge;
    this.token = hsToken(bridge);
  }

  /** Asks the bridge anything; rejects when it gives no answer. */
  ask(path: string, { method = 'GET', body, headers = {}, token = this.token }: Asking = {}): Promise<PushAnswer> {
    const bytes = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const begun = performance.now();
    return new Promise((resolve, reject) => {
      const asked = httpRequest(
        {
          port: this.bridge.port,
          host: '127.0.0.1',
          agent: this.agent,
          method,
          path,
          headers: {
            ...(bytes === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(bytes) }),
            ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
            ...(headers as Record<string, string | string[]>),
          },
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', reject);
          answer.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            const { statusCode: status = 0, headers: got } = answer;
            try {
              resolve({ status, body: JSON.parse(text) as PushAnswer['body'], headers: got, ms: performance.now() - begun });
            } catch (fault) {
              reject(new Error(`${method} ${path}: ${status}, and no JSON: ${text.slice(0, 200)}`, { cause: fault }));
            }
          });
        },
      );
      asked.setTimeout(40_000, () => asked.destroy(new Error(`${method} ${path}: no answer`)));
      asked.on('error', reject);
      asked.end(bytes);
    });
  }

  /** PUTs a transaction; under a new id unless one is given. */
  push(events: unknown, txnId = `own-${(this.count += 1)}-${randomUUID()}`): Promise<PushAnswer> {
    return this.raw(JSON.stringify({ events }), txnId);
  }

  /** PUTs any body as a transaction. */
  raw(body: string | Buffer, txnId = `own-${(this.count += 1)}-${randomUUID()}`, more: Asking = {}): Promise<PushAnswer> {
    return this.ask(`/_matrix/app/v1/transactions/${encodeURIComponent(txnId)}`, { method: 'PUT', body, ...more });
  }

  /** Ends its connections. */
  end(): void {
    this.agent.destroy();
  }
}

/** An event as the homeserver sends it, with an id of its own. */
export function aTextEvent(sender: string, room: string, text: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    type: 'm.room.message',
    event_id: `$${randomUUID()}`,
    room_id: room,
    sender,
    origin_server_ts: Date.now(),
    content: { msgtype: 'm.text', body: text },
    unsigned: {},
    ...more,
  };
}
