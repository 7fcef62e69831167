/** Answers strangers: what they ask for, whether it was given out, whether it still holds, then the file or the page. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../lib/clock.js';
import { type Log, requestOf } from '../lib/log.js';
import type { Metrics } from '../metrics/port.js';
import { faultText } from '../model/errors.js';
import type { MxcUri } from '../model/ids.js';
import type { FileAddressStore } from '../store/port.js';
import { nothingHere, onlyReading, over, say, type Short, tooMany } from './answer.js';
import { SAFE_HEADERS } from './content-type.js';
import { download, type DownloadNeeds } from './download.js';
import { pageOf, pasteFileName } from './page.js';
import { PAGE_POLICY } from './page-parts.js';
import type { Proxies } from './proxies.js';
import type { Kept } from './paste-file.js';
import type { Pastes } from './pastes.js';
import { type Asked, askedOf, pathOf } from './route.js';
import { wasGiven } from './short-id.js';
import { readToken } from './token.js';
import { COME_AGAIN, type Visitors } from './visitors.js';
import type { Withdrawn } from './withdrawn.js';

export interface FrontNeeds extends DownloadNeeds {
  readonly publicUrl: string;
  readonly key: Buffer;
  readonly store: Pick<FileAddressStore, 'file'>;
  readonly pastes: Pick<Pastes, 'read' | 'drop'>;
  readonly withdrawn: Withdrawn;
  readonly proxies: Pick<Proxies, 'visitorOf'>;
  readonly visitors: Visitors;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
}

type File = { readonly mxc: MxcUri; readonly name: string };
type Found = { readonly file: File } | { readonly paste: Kept };

export class Front {
  readonly #needs: FrontNeeds;
  /** The path of `publicUrl`. */
  readonly #prefix: string;

  constructor(needs: FrontNeeds) {
    this.#needs = needs;
    this.#prefix = new URL(needs.publicUrl).pathname.replace(/\/$/u, '');
  }

  /** Takes a request whose path is ours, and answers it; `false`: it is not, and nothing was done. */
  take(request: IncomingMessage, response: ServerResponse, path: string): boolean {
    const asked = askedOf(path, this.#prefix);
    if (asked === undefined) return false;
    const { metrics, log } = this.#needs;
    const kind = asked === 'unknown' ? asked : asked.kind;
    // Addresses are as good as keys: of them nothing is said.
    response.once('close', () => {
      const status = response.headersSent ? String(response.statusCode) : 'none';
      metrics.count('bridge_media_requests', { status });
      log.debug('asked', { request: requestOf(request), kind, status });
    });
    this.#answer(asked, request, response).catch((fault: unknown) => {
      log.error('stranger not answered', { request: requestOf(request), kind, why: faultText(fault) });
      say(response, { status: 500, text: 'Something went wrong here.\n' }, true);
      response.destroy();
    });
    return true;
  }

  async #answer(asked: Asked | 'unknown', request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { proxies, visitors, metrics } = this.#needs;
    const hasBody = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
    if ((request.method !== 'GET' && request.method !== 'HEAD') || hasBody) return say(response, onlyReading, true);
    const visitor = proxies.visitorOf(request);
    if (!visitors.mayAsk(visitor)) return say(response, tooMany(COME_AGAIN));
    const found = asked === 'unknown' ? nothingHere : await this.#find(asked);
    if ('status' in found) return say(response, found);
    if ('paste' in found) return showPaste(found.paste, asked as Asked & { kind: 'page' | 'raw' }, response, this.#prefix);
    const done = visitors.begin(visitor);
    if (!done) return say(response, tooMany(COME_AGAIN));
    const cost = { read: 0 };
    try {
      const bytes = await download(this.#needs, found.file, request, response, cost);
      if (bytes > 0) metrics.count('bridge_media_bytes_total', {}, bytes);
    } finally {
      visitors.spent(visitor, cost.read);
      done();
    }
  }

  async #find(asked: Asked): Promise<Found | Short> {
    if (asked.kind === 'token') return this.#grantedFile(readToken(this.#needs.key, asked.token, asked.name));
    if (asked.kind === 'short') return this.#shortFile(asked.id, asked.name);
    return this.#paste(asked.id);
  }

  async #shortFile(id: string, name: string): Promise<Found | Short> {
    const row = await this.#needs.store.file(id);
    if (!row) return wasGiven(this.#needs.key, 'm', id, name) ? over : nothingHere;
    return row.name === name ? this.#grantedFile(row) : nothingHere;
  }

  #grantedFile(grant: (File & { readonly until?: number; readonly events: readonly string[] }) | undefined): Found | Short {
    if (!grant) return nothingHere;
    const { clock, withdrawn } = this.#needs;
    if (clock.now() >= (grant.until ?? Infinity) || withdrawn.has(grant.events)) return over;
    return { file: grant };
  }

  async #paste(id: string): Promise<Found | Short> {
    const { pastes, withdrawn, key } = this.#needs;
    const paste = await pastes.read(id);
    if (!paste) return wasGiven(key, 'p', id) ? over : nothingHere;
    if (!withdrawn.has(paste.events)) return { paste };
    // What it replaced was redacted, so that it could not be found by its own event.
    await pastes.drop(id);
    return over;
  }
}

function showPaste(paste: Kept, asked: Asked & { kind: 'page' | 'raw' }, response: ServerResponse, prefix: string): void {
  const raw = asked.kind === 'raw';
  const rawPath = prefix + pathOf({ kind: 'raw', id: asked.id });
  const body = raw ? paste.text : pageOf(paste, rawPath);
  response.writeHead(200, {
    ...SAFE_HEADERS,
    'content-type': raw ? 'text/plain; charset=utf-8' : 'text/html; charset=utf-8',
    'content-security-policy': raw ? "sandbox; default-src 'none'" : PAGE_POLICY,
    'cache-control': 'private, no-cache',
    'content-length': Buffer.byteLength(body),
    ...(raw ? { 'content-disposition': `inline; filename="${pasteFileName(paste)}"` } : {}),
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
