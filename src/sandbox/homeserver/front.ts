/** The HTTP front of the homeserver: paths, tokens, bodies, faults, answers. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../lib/clock.js';
import { sleep } from '../../lib/clock.js';
import type { Json, JsonObject } from '../../model/matrix-content.js';
import type { Accounts } from './accounts.js';
import type { Reply, Requester, Route } from './answer.js';
import { MatrixFault } from './answer.js';
import type { FaultBehaviour, Faults } from './faults.js';
import { faultBody } from './faults.js';
import { isObject } from './json.js';
import { type Media, UPLOAD_BYTES } from './media.js';

const PREFIX = /^\/_matrix\/client\/(?:api\/v1|r0|v1|v3|unstable)(?=\/)/u;
const BODY_BYTES = 16 * 1024 * 1024;
const NOBODY: Requester = { user: '', device: undefined, service: undefined, token: '' };

interface Rule {
  readonly method: string;
  readonly pattern: RegExp;
  readonly route: Route;
  readonly open: boolean;
}

/** A request as it was answered, for tests. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly user: string | undefined;
  readonly body: string;
  status: number;
}

export class Front {
  readonly asked: Asked[] = [];
  private readonly rules: Rule[] = [];
  private readonly accounts: Accounts;
  private readonly faults: Faults;
  private readonly media: Media;
  private readonly clock: Clock;
  /** Requests kept in `asked`. */
  private readonly kept: number;

  constructor(accounts: Accounts, media: Media, faults: Faults, clock: Clock, kept: number) {
    this.accounts = accounts;
    this.media = media;
    this.faults = faults;
    this.clock = clock;
    this.kept = kept;
  }

  /** Adds routes, written `METHOD /path/{}/…` without the version prefix; `open` ones need no token. */
  add(routes: Record<string, Route>, open = false): void {
    for (const [name, route] of Object.entries(routes)) {
      const [method = '', path = ''] = name.split(' ');
      const pattern = new RegExp(`^${path.replaceAll('{}', '([^/]*)')}/?$`, 'u');
      this.rules.push({ method, pattern, route, open });
    }
  }

  /** Answers one request; never throws. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.on('close', () => gone.abort(new Error('closed')));
    response.on('error', () => gone.abort(new Error('closed')));
    try {
      await this.answer(request, response, gone.signal);
    } catch (fault) {
      if (gone.signal.aborted) return;
      const refusal = fault instanceof MatrixFault ? fault : new MatrixFault(500, 'M_UNKNOWN', 'Internal server error');
      if (refusal !== fault) console.error('sandbox homeserver', fault);
      write(response, refusal.status, JSON.stringify(refusal.body));
    }
  }

  private async answer(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const method = request.method ?? 'GET';
    const aboutFiles = this.media.concerns(url.pathname);
    const raw = await read(request, aboutFiles ? UPLOAD_BYTES : BODY_BYTES);
    const token = /^Bearer (.+)$/u.exec(request.headers.authorization ?? '')?.[1] ?? url.searchParams.get('access_token') ?? undefined;
    const user = url.searchParams.get('user_id') ?? undefined;
    const note: Asked = { method, path: url.pathname, query: url.search, user, body: aboutFiles ? '' : raw.toString('utf8'), status: 0 };
    this.asked.push(note);
    if (this.asked.length > this.kept) this.asked.splice(0, Math.ceil(this.kept / 10));
    const bent = this.faults.take(method, url.pathname, user);
    if (bent?.delayMs !== undefined) await sleep(this.clock, bent.delayMs, signal);
    if (bent?.hang === true && bent.apply !== true) return;
    if (bent?.reset === 'before') return void request.socket.resetAndDestroy();
    if (bent?.status !== undefined && bent.apply !== true) return this.bend(response, bent, note, bent.status, '');
    if (aboutFiles) {
      const type = request.headers['content-type'];
      try {
        note.status = this.media.answer({ method, url, token, type, body: raw }, response);
      } catch (fault) {
        if (fault instanceof MatrixFault) note.status = fault.status;
        throw fault;
      }
      return;
    }
    let status: number;
    let reply: JsonObject;
    try {
      const found = await this.run(method, url, raw, token, signal);
      [status, reply] = isStatusReply(found) ? [found.status, found.reply] : [200, found];
    } catch (fault) {
      if (!(fault instanceof MatrixFault)) throw fault;
      [status, reply] = [fault.status, fault.body];
    }
    if (bent?.hang === true) return;
    if (bent?.reset === 'after') return void request.socket.resetAndDestroy();
    if (bent === undefined) {
      note.status = status;
      return write(response, status, JSON.stringify(reply));
    }
    this.bend(response, bent, note, bent.status ?? status, JSON.stringify(reply));
  }

  private bend(response: ServerResponse, bent: FaultBehaviour, note: Asked, status: number, body: string): void {
    note.status = status;
    const text = bent.rawBody ?? (bent.status === undefined ? body : JSON.stringify(faultBody(bent)));
    if (bent.retryAfter !== undefined) response.setHeader('retry-after', bent.retryAfter);
    if (bent.truncate !== true) return write(response, status, text, bent.contentType);
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) + 2 });
    response.write(text.slice(0, Math.ceil(text.length / 2)), () => response.socket?.destroy());
  }

  private run(method: string, url: URL, raw: Buffer, token: string | undefined, signal: AbortSignal): Reply | Promise<Reply> {
    const bare = url.pathname === '/_matrix/client/versions';
    const path = bare ? '/versions' : url.pathname.replace(PREFIX, '');
    if (path === url.pathname) throw new MatrixFault(404, 'M_UNRECOGNIZED', 'Unrecognized request');
    const fitting = this.rules.filter(({ pattern }) => pattern.test(path));
    const rule = fitting.find((one) => one.method === method);
    if (rule === undefined) {
      if (method === 'OPTIONS') return {};
      throw new MatrixFault(fitting.length > 0 ? 405 : 404, 'M_UNRECOGNIZED', 'Unrecognized request');
    }
    const parts = (rule.pattern.exec(path) ?? []).slice(1).map(decoded);
    const who = rule.open ? { ...NOBODY, token: token ?? '' } : this.accounts.requester(token, url.searchParams);
    const body = method === 'GET' || method === 'DELETE' || method === 'OPTIONS' ? {} : parsed(raw, method);
    return rule.route({ method, path: url.pathname, parts, query: url.searchParams, body, who, signal });
  }
}

function isStatusReply(reply: Reply): reply is { status: number; reply: JsonObject } {
  return typeof reply.status === 'number' && 'reply' in reply;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (fault) {
    if (fault instanceof URIError) throw new MatrixFault(400, 'M_INVALID_PARAM', 'Invalid path');
    throw fault;
  }
}

function parsed(raw: Buffer, method: string): JsonObject {
  // Clients leave the body of a POST away where nothing need be said.
  if (raw.length === 0 && method === 'POST') return {};
  let value: Json;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw)) as Json;
  } catch (fault) {
    if (fault instanceof SyntaxError || fault instanceof TypeError) throw new MatrixFault(400, 'M_NOT_JSON', 'Content not JSON.');
    throw fault;
  }
  if (!isObject(value)) throw new MatrixFault(400, 'M_BAD_JSON', 'Content must be a JSON object.');
  return value;
}

async function read(request: IncomingMessage, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) throw new MatrixFault(413, 'M_TOO_LARGE', 'Request content is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function write(response: ServerResponse, status: number, text: string, contentType = 'application/json'): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    'access-control-allow-origin': '*',
    'access-control-allow-headers': 'X-Requested-With, Content-Type, Authorization',
    'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE, OPTIONS',
  });
  response.end(text);
}
