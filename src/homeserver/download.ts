/** Files of the homeserver, by authenticated media only (MSC3916, CS-AUTHMEDIA): on connections of their own, unread. */

import type { Readable } from 'node:stream';
import { Pool } from 'undici';
import type { Metrics } from '../metrics/port.js';
import { BridgeError, faultText } from '../model/errors.js';
import type { MxcUri } from '../model/ids.js';
import { faultOf, NoAnswer } from './matrix-errors.js';
import type { Download } from './port.js';

/** Apart from those of messages, so that slow readers hold up no talk. */
const CONNECTIONS = 64;
/** A remote file may first have to come from another server; Synapse gives up after 20 s by default. */
const ANSWER_MS = 60_000;
/** Without a byte, while we want one. */
const SILENT_MS = 30_000;
/** Of an answer that is no file, so much is read to learn why. */
const MOST_ERROR_BYTES = 65_536;

export class Downloads {
  readonly #pool: Pool;
  readonly #prefix: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #metrics: Metrics;
  readonly #now: () => number;

  /** @param url of the homeserver, a path prefix included */
  constructor(url: string, token: string, metrics: Metrics, now: () => number) {
    const address = new URL(url);
    this.#prefix = address.pathname.replace(/\/+$/u, '');
    this.#headers = { authorization: `Bearer ${token}`, 'accept-encoding': 'identity' };
    this.#metrics = metrics;
    this.#now = now;
    this.#pool = new Pool(address.origin, {
      connections: CONNECTIONS,
      pipelining: 1,
      headersTimeout: ANSWER_MS,
      bodyTimeout: SILENT_MS,
      connect: { timeout: 10_000 },
    });
  }

  /** See `Homeserver.download`. Redirects are not asked for and not followed: a file comes from our homeserver or not at all. */
  async get(mxc: MxcUri, signal: AbortSignal): Promise<Download> {
    const [server = '', id = ''] = mxc.slice('mxc://'.length).split('/');
    const path = `${this.#prefix}/_matrix/client/v1/media/download/${encodeURIComponent(server)}/${encodeURIComponent(id)}`;
    this.#metrics.count('bridge_matrix_api_calls', { method: 'download' });
    try {
      const { statusCode: status, headers, body } = await this.#pool.request({ path, method: 'GET', headers: this.#headers, signal });
      if (status !== 200 || headers['content-encoding'] !== undefined) {
        throw faultOf('download', { status: status === 200 ? 502 : status, body: await errorIn(body) }, this.#now());
      }
      const type = headers['content-type'];
      const length = headers['content-length'];
      return {
        body,
        ...(typeof type === 'string' ? { type } : {}),
        ...(typeof length === 'string' && /^\d{1,15}$/u.test(length) ? { length: Number(length) } : {}),
      };
    } catch (fault) {
      this.#metrics.count('bridge_matrix_api_calls_failed', { method: 'download' });
      throw fault instanceof BridgeError ? fault : new NoAnswer(`download: no answer: ${faultText(fault)}`, true, fault);
    }
  }

  /** Ends all at once. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

/** What the homeserver says was wrong, when it is JSON and not endless. */
async function errorIn(body: Readable): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MOST_ERROR_BYTES) return undefined;
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    // A page of something in front of the homeserver; the status says enough.
    return undefined;
  }
}
