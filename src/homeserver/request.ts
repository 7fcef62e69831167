/** The one way out to the homeserver: an undici pool, a request object for each call, bounded in time and size. */

import { Pool } from 'undici';
import type { Dispatcher } from 'undici';
import type { Metrics } from '../metrics/port.js';
import { faultText } from '../model/errors.js';
import type { Limits } from './options.js';
import type { Answer } from './matrix-errors.js';
import { NoAnswer } from './matrix-errors.js';

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

/** Largest answer taken: the member list of a very large room. */
const MOST_ANSWER_BYTES = 32 * 1024 * 1024;

export class HomeserverRequests {
  readonly #pool: Pool;
  readonly #prefix: string;
  readonly #headers: string[];
  readonly #metrics: Metrics;

  /** @param url of the homeserver, a path prefix included; refuses (throws) what is no http or https address */
  constructor(url: string, token: string, metrics: Metrics, limits: Limits) {
    const address = new URL(url);
    this.#prefix = address.pathname.replace(/\/+$/u, '');
    this.#headers = ['authorization', `Bearer ${token}`, 'content-type', 'application/json', 'accept', 'application/json'];
    this.#metrics = metrics;
    this.#pool = new Pool(address.origin, {
      connections: limits.connections,
      // More would put one slow answer in front of others (LIBRARIES §2).
      pipelining: 1,
      headersTimeout: limits.answerMs,
      bodyTimeout: Math.min(limits.answerMs, 30_000),
      connect: { timeout: Math.min(limits.answerMs, 10_000) },
      maxResponseSize: MOST_ANSWER_BYTES,
    });
  }

  /**
   * One request, tried once. Gives whatever status was answered.
   * @param name of the call, as a metric label
   * @param path from `/_matrix` on, query included, already encoded
   * @throws NoAnswer when none came
   */
  call(name: string, method: Method, path: string, body?: string): Promise<Answer> {
    this.#metrics.count('bridge_matrix_api_calls', { method: name });
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(resolve, (fault) => {
        this.#metrics.count('bridge_matrix_api_calls_failed', { method: name });
        reject(fault);
      });
      const request = { path: this.#prefix + path, method, headers: this.#headers, body: body ?? null };
      this.#pool.dispatch(request, exchange);
    });
  }

  /** Ends all connections at once; requests under way are rejected. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

/** What one request hears back; a class, so that a thousand sends a second share its methods. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (fault: NoAnswer) => void;
  #written = false;
  #status = 0;
  #retryAfter: string | undefined;
  #first: Buffer | undefined;
  #rest: Buffer[] | undefined;

  constructor(resolve: (answer: Answer) => void, reject: (fault: NoAnswer) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  onRequestStart(): void {
    this.#written = true;
  }

  onResponseStart(_controller: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    this.#status = status;
    const retryAfter = headers['retry-after'];
    if (typeof retryAfter === 'string') this.#retryAfter = retryAfter;
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (!this.#first) this.#first = chunk;
    else (this.#rest ??= []).push(chunk);
  }

  onResponseEnd(): void {
    const bytes = this.#rest && this.#first ? Buffer.concat([this.#first, ...this.#rest]) : this.#first;
    const answer = { status: this.#status, body: bytes && parsed(bytes) };
    this.#resolve(this.#retryAfter === undefined ? answer : { ...answer, retryAfter: this.#retryAfter });
  }

  onResponseError(_controller: unknown, fault: Error): void {
    const code = 'code' in fault ? `${String(fault.code)} ` : '';
    this.#reject(new NoAnswer(`no answer: ${code}${faultText(fault)}`, this.#written, fault));
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // Not JSON: a proxy's page. The status says what to do, and `undefined` that there was nothing to read.
    return undefined;
  }
}
