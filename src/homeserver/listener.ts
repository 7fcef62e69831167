/** The HTTP that the homeserver calls: who asks is settled from the head alone, then the body is read, then it is answered. */

import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Clock } from '../lib/clock.js';
import { closeWith, openOn, portOf } from '../lib/listening.js';
import { type Log, requestOf } from '../lib/log.js';
import type { ReadFigures } from '../metrics/port.js';
import { readBody } from './listener-body.js';
import { answer, answerAndPart, answerBroken, answerFigures } from './listener-answer.js';
import { ok, refusal, unknownPath } from './reply.js';
import type { Reply } from './reply.js';
import { decodePart, routeOf, splitTarget } from './routes.js';
import type { Route } from './routes.js';
import { tokenJudge } from './token.js';
import type { Limits } from './options.js';

/** What is answered by others. Replies must not reject. */
export interface Answers {
  /** A reason not to take transactions now. */
  closedFor(): Reply | undefined;
  transaction(txnId: string, body: Buffer): Promise<Reply>;
  /** Answers meta events; `undefined`: that is off. */
  meta(): ((txnId: string, body: Buffer) => Promise<Reply>) | undefined;
  /** `request`: by which the log finds what belongs together (MET-14). */
  alias(alias: string, request: object): Promise<Reply>;
  user(user: string, request: object): Promise<Reply>;
  ready(): Reply;
  /** `undefined`: the figures are not on this port. */
  metrics(): ReadFigures | undefined;
  /** Takes requests of strangers for paths that are theirs; `false`: nothing was done. */
  guests(request: IncomingMessage, response: ServerResponse, path: string): boolean;
  /** The library's Express app; `next` when it has no such route, or failed. */
  library(request: IncomingMessage, response: ServerResponse, next: (fault?: unknown) => void): void;
}

export interface ListenerParts {
  readonly token: string;
  /** Greatest body of a transaction. */
  readonly maxTxnBytes: number;
  readonly answers: Answers;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly log: Log;
}

/** Bodies that mean nothing to us (a ping's) are read so far, so that the connection can be used again. */
const MOST_IDLE_BYTES = 65_536;
const MOST_CONNECTIONS = 3000;

export class Listener {
  readonly #parts: ListenerParts;
  readonly #server: Server;
  readonly #judge: ReturnType<typeof tokenJudge>;

  /** Throws when the token is empty. */
  constructor(parts: ListenerParts) {
    const { limits } = parts;
    this.#parts = parts;
    this.#judge = tokenJudge(parts.token);
    this.#server = createServer(
      {
        requestTimeout: limits.requestMs,
        headersTimeout: Math.min(limits.headMs, limits.requestMs),
        connectionsCheckingInterval: Math.min(5000, limits.requestMs / 4),
        // Longer than homeservers keep idle connections, so that it is they who close.
        keepAliveTimeout: 75_000,
        maxHeaderSize: 16_384,
        joinDuplicateHeaders: false,
        insecureHTTPParser: false,
      },
      (request, response) => void this.#serve(request, response),
    );
    this.#server.maxConnections = MOST_CONNECTIONS;
    this.#server.on('clientError', (fault: NodeJS.ErrnoException, socket) => answerBroken(fault, socket));
    // A request that asks before it sends gets its answer before its body is wanted.
    this.#server.on('checkContinue', (request, response) => void this.#serve(request, response));
  }

  /** Opens it; rejects when the address cannot be had. */
  async listen(port: number, host: string | undefined, backlog: number): Promise<void> {
    await openOn(this.#server, { port, backlog, ...(host === undefined ? {} : { host }) });
  }

  /** The port listened on; 0 when closed. */
  get port(): number {
    return portOf(this.#server);
  }

  /** Takes no more, ends idle connections; those with an answer under way end with it, at most after two seconds. */
  async close(): Promise<void> {
    const late = this.#parts.clock.after(2000, () => this.#server.closeAllConnections());
    await closeWith(this.#server, () => this.#server.closeIdleConnections());
    late.end();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Whoever goes away takes his errors with him.
    request.on('error', (fault) => this.#parts.log.debug('request broke off', { request: requestOf(request), fault }));
    response.on('error', (fault) => this.#parts.log.debug('answer broke off', { request: requestOf(request), fault }));
    const target = splitTarget(request.url ?? '');
    if (target && this.#parts.answers.guests(request, response, target.path)) return;
    const route: Route = target ? routeOf(target.path) : { kind: 'unknown' };
    const early = this.#refuse(request, route, target?.query ?? new URLSearchParams());
    if (early) return answerAndPart(request, response, early, this.#parts.clock);
    try {
      await this.#answer(request, response, route);
    } catch (fault) {
      if (request.destroyed || response.destroyed) return;
      this.#parts.log.error('request failed', { request: requestOf(request), route: route.kind, fault });
      answerAndPart(request, response, refusal(500, 'M_UNKNOWN', 'Internal error'), this.#parts.clock);
    }
  }

  /** All that can be said before the body is read. */
  #refuse(request: IncomingMessage, route: Route, query: URLSearchParams): Reply | undefined {
    if (route.kind === 'unknown' || (route.kind === 'metrics' && !this.#parts.answers.metrics())) return unknownPath;
    if (route.kind === 'meta' && !this.#parts.answers.meta()) return unknownPath;
    if (request.method !== route.method) {
      return { ...refusal(405, 'M_UNRECOGNIZED', 'Wrong method'), headers: { allow: route.method } };
    }
    if (route.kind === 'probe' || route.kind === 'metrics') return undefined;
    const verdict = this.#judge(request.headersDistinct['authorization'] ?? [], query.getAll('access_token'));
    if (verdict === 'missing') return refusal(401, 'M_MISSING_TOKEN', 'No token was given');
    if (verdict === 'wrong') return refusal(403, 'M_FORBIDDEN', 'The token is wrong');
    return route.kind === 'transaction' || route.kind === 'meta' ? this.#parts.answers.closedFor() : undefined;
  }

  async #answer(request: IncomingMessage, response: ServerResponse, route: Route): Promise<void> {
    const { answers, maxTxnBytes } = this.#parts;
    if (route.kind === 'unknown') return answer(response, unknownPath);
    if (route.kind === 'probe') return answer(response, route.encoded === 'live' ? ok : answers.ready());
    if (route.kind === 'metrics') {
      const figures = await answers.metrics()?.();
      return figures ? answerFigures(response, figures) : answer(response, unknownPath);
    }
    const part = route.kind === 'ping' ? '' : decodePart(route.encoded);
    if (part === undefined) {
      return answerAndPart(request, response, refusal(400, 'M_INVALID_PARAM', 'Malformed percent encoding'), this.#parts.clock);
    }
    if (route.kind === 'library') {
      // The library looks at the header only, and at its one spelling.
      request.headers.authorization = `Bearer ${this.#parts.token}`;
      return answers.library(request, response, (fault) => {
        if (fault !== undefined && fault !== null) this.#parts.log.warn('third-party lookup failed', { request: requestOf(request), fault });
        answer(response, fault === undefined || fault === null ? unknownPath : refusal(500, 'M_UNKNOWN', 'Internal error'));
      });
    }
    if (request.headers.expect !== undefined) response.writeContinue();
    const body = await readBody(request, route.kind === 'transaction' || route.kind === 'meta' ? maxTxnBytes : MOST_IDLE_BYTES);
    if ('status' in body) return answerAndPart(request, response, bodyRefusals[body.status], this.#parts.clock);
    answer(response, await this.#reply(request, route.kind, part, body.bytes));
  }

  #reply(request: object, kind: 'transaction' | 'meta' | 'alias' | 'user' | 'ping', part: string, body: Buffer): Reply | Promise<Reply> {
    const { answers } = this.#parts;
    switch (kind) {
      case 'transaction':
        return answers.transaction(part, body);
      case 'meta':
        return answers.meta()?.(part, body) ?? unknownPath;
      case 'alias':
        return answers.alias(part, request);
      case 'user':
        return answers.user(part, request);
      case 'ping':
        return ok;
    }
  }
}

const bodyRefusals = {
  400: refusal(400, 'M_NOT_JSON', 'The body cannot be inflated'),
  413: refusal(413, 'M_TOO_LARGE', 'The body is too large'),
  415: refusal(415, 'M_UNKNOWN', 'Unknown Content-Encoding'),
};
