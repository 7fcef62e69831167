/** The debug API on a port of its own: the version (DBG-8), an account event put in by hand (SYN-19), people (DBG-1…7). */

import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Log, requestOf } from '../lib/log.js';
import type { AccountNews } from '../model/account.js';
import { faultText } from '../model/errors.js';
import { type Answer, type Asked, json, objectOf, type Route, text } from './debug-answer.js';
import { OperatorsListener } from './operators-listener.js';

export interface DebugNeeds {
  /** The as_token: given in a header or as `access_token` (DBG-9). */
  readonly token: string;
  readonly version: string;
  /** Takes an account event; `undefined`: it is none. May throw. */
  readonly inject: (item: unknown) => Promise<AccountNews | undefined>;
  /** What else stands at a path. */
  readonly routes: (path: string) => Route | undefined;
  /** Whoever did something is to be found there. */
  readonly log: Log;
}

const INJECT = '/_irc/admin/v1/synthetic';
const HERE = `There are /version, ${INJECT}, /irc/NETWORK/user/ID, /killUser and /inspectUsers here.`;
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
      answer = text(503, 'It cannot be done now; the log says why.');
    }
    if (response.destroyed) return;
    const { status, body, headers } = answer;
    const type = body.startsWith('{') || body === 'null' ? 'application/json' : 'text/plain; charset=utf-8';
    // What was not read of a body would be taken for the next request.
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), connection: 'close', ...headers });
    response.end(body);
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const [path = '', query] = (request.url ?? '').split('?', 2);
    const header = /^bearer +(\S+)\s*$/iu.exec(request.headers.authorization ?? '')?.[1];
    const given = header ?? new URLSearchParams(query).get('access_token') ?? '';
    if (!timingSafeEqual(digest(given), digest(this.#needs.token))) return text(403, 'The token is wrong.');
    const route = this.#routeOf(path);
    if (!route) return text(404, HERE);
    if (request.method !== route.method) return { ...text(405, route.method), headers: { allow: route.method } };
    const body = route.method === 'GET' ? '' : await textOf(request);
    return body === undefined ? text(413, 'That is too much.') : route.take({ query: new URLSearchParams(query), body, request });
  }

  #routeOf(path: string): Route | undefined {
    if (path === '/version') return { method: 'GET', take: () => text(200, this.#needs.version) };
    return path === INJECT ? { method: 'POST', take: (asked) => this.#inject(asked) } : this.#needs.routes(path);
  }

  async #inject({ body, request }: Asked): Promise<Answer> {
    const item = objectOf(body);
    const news = item && (await this.#needs.inject(item));
    if (!news) return text(400, 'The body must be JSON with a type and content, as in a transaction.');
    const said = news.kind === 'change' ? { type: news.type, user_id: news.change.person } : { outcome: news.kind === 'nothing' ? news.outcome : news.kind };
    this.#needs.log.info('account event put in by hand', { request: requestOf(request), ...said });
    return json(said);
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
