/** The debug API on a port of its own: so far what puts in an account event by hand (SYN-19), and the version (DBG-8). */

import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Log, requestOf } from '../lib/log.js';
import type { AccountNews } from '../model/account.js';
import { faultText } from '../model/errors.js';
import { OperatorsListener } from './operators-listener.js';

export interface DebugNeeds {
  /** The as_token: given in a header or as `access_token` (DBG-9). */
  readonly token: string;
  readonly version: string;
  /** Takes an account event; `undefined`: it is none. May throw. */
  readonly inject: (item: unknown) => Promise<AccountNews | undefined>;
  /** Whoever did something is to be found there. */
  readonly log: Log;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const INJECT = '/_irc/admin/v1/synthetic';
const ROUTES: Readonly<Record<string, string>> = { '/version': 'GET', [INJECT]: 'POST' };
const MOST_BYTES = 65_536;

export class DebugListener extends OperatorsListener {
  readonly #needs: DebugNeeds;

  constructor(needs: DebugNeeds) {
    super('the debug API');
    this.#needs = needs;
  }

  protected override async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let answer: Answer;
    try {
      answer = await this.#answer(request);
    } catch (fault) {
      this.#needs.log.error('debug request failed', { request: requestOf(request), why: faultText(fault) });
      answer = { status: 503, body: 'It cannot be kept now; the log says why.\n' };
    }
    if (response.destroyed) return;
    const { status, body, headers } = answer;
    const type = body.startsWith('{') ? 'application/json' : 'text/plain; charset=utf-8';
    // What was not read of a body would be taken for the next request.
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), connection: 'close', ...headers });
    response.end(body);
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const [path = '', query] = (request.url ?? '').split('?', 2);
    const header = /^bearer +(\S+)\s*$/iu.exec(request.headers.authorization ?? '')?.[1];
    const given = header ?? new URLSearchParams(query).get('access_token') ?? '';
    if (!timingSafeEqual(digest(given), digest(this.#needs.token))) return { status: 403, body: 'The token is wrong.\n' };
    const method = Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
    if (method === undefined) return { status: 404, body: `There are only ${Object.keys(ROUTES).join(' and ')} here so far.\n` };
    if (request.method !== method) return { status: 405, body: `${method}\n`, headers: { allow: method } };
    if (path !== INJECT) return { status: 200, body: `${this.#needs.version}\n` };
    const text = await textOf(request);
    return text === undefined ? { status: 413, body: 'That is too much.\n' } : this.#inject(request, text);
  }

  async #inject(request: IncomingMessage, text: string): Promise<Answer> {
    let item: unknown;
    try {
      item = JSON.parse(text);
    } catch {
      return { status: 400, body: 'The body is no JSON.\n' };
    }
    const news = await this.#needs.inject(item);
    if (!news) return { status: 400, body: 'It needs a type and content, as in a transaction.\n' };
    const said = news.kind === 'change' ? { type: news.type, user_id: news.change.person } : { outcome: news.kind === 'nothing' ? news.outcome : news.kind };
    this.#needs.log.info('account event put in by hand', { request: requestOf(request), ...said });
    return { status: 200, body: JSON.stringify(said) };
  }
}

/** `undefined`: more than is taken. Throws when the connection ends before it. */
async function textOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
