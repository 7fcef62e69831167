/** Pure: what of a file's claimed type is believed, so that nothing from Matrix runs in our origin (MEDIA-5, S26). */

import { asciiFileName } from './file-name.js';

/** Raster images, sound and film: what a browser shows without running anything. SVG is a document with scripts. */
const SHOWN = new Set([
  ...['image/png', 'image/apng', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp', 'image/jxl'],
  ...['audio/aac', 'audio/flac', 'audio/x-flac', 'audio/mp4', 'audio/mpeg', 'audio/ogg', 'audio/opus', 'audio/wav'],
  ...['audio/wave', 'audio/webm', 'audio/x-wav', 'audio/x-pn-wav', 'audio/x-m4a'],
  ...['video/mp4', 'video/mpeg', 'video/ogg', 'video/quicktime', 'video/webm', 'video/x-m4v'],
]);
/** Harmless, but to be kept, not shown. */
const NAMED = new Set(['application/pdf', 'application/zip', 'application/gzip', 'application/json', 'text/csv', 'text/plain']);

/** How a file is handed over. */
export interface Handed {
  readonly type: string;
  readonly how: 'inline' | 'attachment';
}

/** Judges the type that the homeserver gives, which is whatever the sender said. Parameters are dropped. */
export function handed(claimed: string | undefined): Handed {
  const type = (claimed ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (SHOWN.has(type)) return { type, how: 'inline' };
  if (type === 'text/plain' || type === 'text/csv') return { type: `${type}; charset=utf-8`, how: 'attachment' };
  return { type: NAMED.has(type) ? type : 'application/octet-stream', how: 'attachment' };
}

/** Whatever a browser might make of a file, it does it without scripts, forms, frames, cookies or our origin. */
export const FILE_POLICY = "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'";

/** Headers of everything that strangers get from us. */
export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow, noarchive',
};

/** Headers of a file; `name` is safe already, and said twice where it is more than ASCII (RFC 6266, RFC 8187). */
export function fileHeaders({ type, how }: Handed, name: string, tag: string): Record<string, string> {
  const ascii = asciiFileName(name);
  const whole = ascii === name ? '' : `; filename*=UTF-8''${encodeURIComponent(name)}`;
  return {
    ...SAFE_HEADERS,
    'content-type': type,
    'content-disposition': `${how}; filename="${ascii}"${whole}`,
    'content-security-policy': FILE_POLICY,
    // Web clients of IRC show pictures in their own pages.
    'cross-origin-resource-policy': 'cross-origin',
    // In the sandbox even the browser's own player is a stranger: without this no film and no sound is played.
    'access-control-allow-origin': '*',
    // Asked each time, so that what is redacted is gone at once; the tag makes that cheap.
    'cache-control': 'private, no-cache',
    etag: tag,
  };
}
