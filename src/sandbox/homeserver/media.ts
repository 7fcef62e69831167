/** Files, as Synapse 1.120 and later keep and give them (SYNAPSE.md "Media"): only to those with a token, and never in parts. */

import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { JsonObject } from '../../model/matrix-content.js';
import type { Accounts } from './accounts.js';
import { forbidden, MatrixFault, notFound } from './answer.js';

/** Bytes of one upload (Synapse's default). */
export const UPLOAD_BYTES = 50 * 1024 * 1024;
const UPLOADS = /^\/_matrix\/media\/(?:r0|v3)\/upload\/?$/u;
const OLD = /^\/_matrix\/media\/(?:r0|v1|v3)\/(?:download|thumbnail)\//u;
const DOWNLOADS = /^\/_matrix\/client\/v1\/media\/download\/([^/]+)\/([^/]+)(?:\/[^/]*)?$/u;
/** Synapse's admin API: a file is locked away. */
const QUARANTINE = /^\/_synapse\/admin\/v1\/media\/quarantine\/([^/]+)\/([^/]+)$/u;
/** What may be shown where it stands (MSC2702). */
const INLINE = /^(?:text\/(?:css|plain|csv)|application\/(?:ld\+)?json|image\/(?:jpeg|gif|png|apng|webp|avif)|video\/(?:mp4|webm|ogg|quicktime)|audio\/(?:mp4|webm|aac|mpeg|ogg|wave|wav|x-wav|x-pn-wav|flac|x-flac))$/u;

/** A file as it was uploaded. */
export interface Upload {
  readonly type: string;
  readonly name: string | undefined;
  readonly bytes: Buffer;
}

/** A request for a file, or with one. */
export interface MediaRequest {
  readonly method: string;
  readonly url: URL;
  readonly token: string | undefined;
  /** The header, for an upload. */
  readonly type: string | undefined;
  readonly body: Buffer;
}

export class Media {
  readonly files = new Map<string, Upload>();
  /** Who may use the admin API. */
  readonly admins = new Set<string>();
  /** Addresses of files that nobody is given any more. */
  readonly quarantined = new Set<string>();
  private readonly serverName: string;
  private readonly accounts: Accounts;

  constructor(serverName: string, accounts: Accounts) {
    this.serverName = serverName;
    this.accounts = accounts;
  }

  /** Whether a path is about files. */
  concerns(path: string): boolean {
    return UPLOADS.test(path) || OLD.test(path) || DOWNLOADS.test(path) || QUARANTINE.test(path);
  }

  /** Keeps a file and gives its address; stories may do so without HTTP. */
  keep(upload: Upload): string {
    const id = randomBytes(18).toString('base64url');
    this.files.set(id, upload);
    return `mxc://${this.serverName}/${id}`;
  }

  /** An administrator's deletion. */
  remove(mxc: string): void {
    this.files.delete(mxc.split('/').at(-1) ?? '');
  }

  /** Answers, and gives the status. Throws `MatrixFault`. */
  answer(request: MediaRequest, response: ServerResponse): number {
    const { method, url, token } = request;
    // What was uploaded since authenticated media came is not given out by the old way at all.
    if (OLD.test(url.pathname)) throw notFound('Not found');
    const { user } = this.accounts.requester(token, url.searchParams);
    const locked = QUARANTINE.exec(url.pathname);
    if (locked) return this.quarantine(method, user, `mxc://${decodeURIComponent(locked[1] ?? '')}/${decodeURIComponent(locked[2] ?? '')}`, response);
    if (UPLOADS.test(url.pathname)) {
      if (method !== 'POST') throw new MatrixFault(405, 'M_UNRECOGNIZED', 'Unrecognized request');
      const name = url.searchParams.get('filename') ?? undefined;
      const type = request.type ?? 'application/octet-stream';
      return json(response, { content_uri: this.keep({ type, name, bytes: request.body }) });
    }
    if (method !== 'GET' && method !== 'HEAD') throw new MatrixFault(405, 'M_UNRECOGNIZED', 'Unrecognized request');
    const [, server = '', id = ''] = DOWNLOADS.exec(url.pathname) ?? [];
    const kept = decodeURIComponent(server) === this.serverName && !this.quarantined.has(`mxc://${this.serverName}/${decodeURIComponent(id)}`);
    const file = kept ? this.files.get(decodeURIComponent(id)) : undefined;
    if (file === undefined) throw notFound('Not found');
    give(response, file, method);
    return 200;
  }

  /** As Synapse does: an unknown file is no fault, and all with the same bytes go with it. */
  private quarantine(method: string, user: string, mxc: string, response: ServerResponse): number {
    if (method !== 'POST') throw new MatrixFault(405, 'M_UNRECOGNIZED', 'Unrecognized request');
    if (!this.admins.has(user)) throw forbidden('You are not a server admin');
    const bytes = this.files.get(mxc.split('/').at(-1) ?? '')?.bytes;
    for (const [id, file] of this.files) if (bytes && file.bytes.equals(bytes)) this.quarantined.add(`mxc://${this.serverName}/${id}`);
    this.quarantined.add(mxc);
    return json(response, {});
  }
}

/** `Range` is not looked at; a redirect would only come from a store elsewhere, and only to who asks for it. */
function give(response: ServerResponse, { type, name, bytes }: Upload, method: string): void {
  const [bare = ''] = type.split(';', 1);
  const shown = INLINE.test(bare.trim().toLowerCase()) ? 'inline' : 'attachment';
  response.writeHead(200, {
    'content-type': /^text\/(?!.*charset)/iu.test(type) ? `${type}; charset=UTF-8` : type,
    'content-disposition': name === undefined ? shown : `${shown}; filename*=utf-8''${encodeURIComponent(name)}`,
    'content-length': bytes.length,
    'content-security-policy': "sandbox; default-src 'none'; script-src 'none'; plugin-types application/pdf; style-src 'unsafe-inline'; media-src 'self'; object-src 'self';",
    'cross-origin-resource-policy': 'cross-origin',
    'cache-control': 'private, max-age=86400',
    'x-robots-tag': 'noindex, nofollow, noarchive, noimageindex',
  });
  response.end(method === 'HEAD' ? undefined : bytes);
}

function json(response: ServerResponse, reply: JsonObject): number {
  const text = JSON.stringify(reply);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
  return 200;
}
