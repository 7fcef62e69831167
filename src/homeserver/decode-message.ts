/** Pure: the content of `m.room.message`, `m.sticker` and polls to what was said. */

import type { EventId } from '../model/ids.js';
import { parseEventId, parseMxcUri, parseUserId } from '../model/ids.js';
import type { MediaBody, PlaceBody, PollBody, PollResultBody, TextBody } from '../model/matrix-event.js';
import type { How } from '../model/utterance.js';
import { decodeExtensible, type ExtensibleType } from './decode-extensible.js';
import { MOST_TEXT, objectIn, textIn } from './raw.js';
import type { Raw } from './raw.js';

/** What a message says, and what it refers to. */
export interface Said {
  readonly body: TextBody | MediaBody | PlaceBody | PollBody | PollResultBody;
  /** Absent where it refers to nothing, as nearly all do. */
  readonly refers?: References;
}

/** What a message refers to. */
interface References {
  readonly replyTo?: EventId;
  readonly thread?: { readonly root: EventId; readonly latest?: EventId };
  readonly replaces?: EventId;
}

/** The types of event by which something is said. */
export type MessageType = 'm.room.message' | 'm.sticker' | ExtensibleType;

/** Mentions read of one message. */
export const MOST_MENTIONS = 100;

/** Reads content; gives the reason when it says nothing readable, or nothing that is meant for people. */
export function decodeMessage(type: MessageType, content: Raw): Said | 'bad body' | 'ignored' {
  const relation = objectIn(content, 'm.relates_to');
  if (relation === undefined) {
    const body = bodyOf(type, content);
    return body === undefined ? 'bad body' : body === 'ignored' ? body : { body };
  }
  const kind = textIn(relation, 'rel_type', 255);
  const replaces = kind === 'm.replace' ? idIn(relation) : undefined;
  // An edit without usable new content shows its own body, as clients that know no edits do.
  const fresh = replaces && objectIn(content, 'm.new_content');
  const body = (fresh && bodyOf(type, fresh)) ?? bodyOf(type, content);
  if (body === undefined || body === 'ignored') return body ?? 'bad body';
  const reply = idIn(objectIn(relation, 'm.in_reply_to') ?? {});
  const root = kind === 'm.thread' ? idIn(relation) : undefined;
  // In a thread it may be there only for clients that know no threads; then it is no reply (CS API, "Threading").
  const fallback = root !== undefined && relation['is_falling_back'] === true;
  const refers = {
    ...(reply === undefined || fallback ? {} : { replyTo: reply }),
    ...(root === undefined ? {} : { thread: { root, ...(reply === undefined || !fallback ? {} : { latest: reply }) } }),
    ...(replaces === undefined ? {} : { replaces }),
  };
  return { body, refers };
}

function idIn(raw: Raw): EventId | undefined {
  const id = parseEventId(textIn(raw, 'event_id', 255));
  return id?.isWellFormed() ? id : undefined;
}

function bodyOf(type: MessageType, content: Raw): Said['body'] | 'ignored' | undefined {
  if (type === 'm.sticker') return mediaOf('sticker', content);
  if (type !== 'm.room.message') return decodeExtensible(type, content);
  const msgtype = textIn(content, 'msgtype', 255);
  switch (msgtype) {
    case undefined:
      return undefined;
    case 'm.image':
      return mediaOf('image', content);
    case 'm.video':
      return mediaOf('video', content);
    case 'm.audio':
      return mediaOf(isVoice(content) ? 'voice' : 'audio', content);
    case 'm.file':
      return mediaOf('file', content);
    case 'm.location':
      return placeOf(content);
    case 'm.emote':
      return textBody('act', content);
    case 'm.notice':
      return textBody('notice', content);
    default:
      if (NOT_TALK.test(msgtype)) return 'ignored';
      // Also what we do not know: its `body` is meant for that (CS API, "m.room.message msgtypes").
      return textBody('say', content);
  }
}

/** What programs say to each other, and homeservers to their users (M2I-45). */
const NOT_TALK = /^(?:m\.server_notice$|m\.key\.verification\.|org\.matrix\.)/u;

function isVoice(content: Raw): boolean {
  return objectIn(content, 'org.matrix.msc3245.voice') !== undefined || objectIn(content, 'm.voice') !== undefined;
}

function placeOf(content: Raw): PlaceBody | undefined {
  const words = textIn(content, 'body', MOST_TEXT);
  const geo = textIn(content, 'geo_uri', 255) ?? textIn(objectIn(content, 'm.location') ?? {}, 'uri', 255);
  return words === undefined ? undefined : { type: 'place', words, ...(geo === undefined ? {} : { geo }) };
}

function textBody(how: How, content: Raw): TextBody | undefined {
  const plain = textIn(content, 'body', MOST_TEXT);
  if (plain === undefined) return undefined;
  const isHtml = textIn(content, 'format', 255) === 'org.matrix.custom.html';
  const html = isHtml ? textIn(content, 'formatted_body', MOST_TEXT) : undefined;
  const body: TextBody = { type: 'text', how, plain, mentions: mentionsIn(content) };
  return html === undefined ? body : { ...body, html };
}

function mentionsIn(content: Raw): TextBody['mentions'] {
  const ids = objectIn(content, 'm.mentions')?.['user_ids'];
  if (!Array.isArray(ids)) return [];
  return (ids.slice(0, MOST_MENTIONS) as unknown[]).flatMap((id) => {
    const user = parseUserId(id);
    return user?.isWellFormed() ? [user] : [];
  });
}

/** `body` is the caption when there is a `filename` that differs (CS API v1.10, "Media captions"), else the name. */
function mediaOf(media: MediaBody['media'], content: Raw): MediaBody | undefined {
  const body = textIn(content, 'body', MOST_TEXT);
  if (body === undefined && Object.hasOwn(content, 'body')) return undefined;
  const name = textIn(content, 'filename', MOST_TEXT) ?? body ?? 'file';
  const file = objectIn(content, 'file');
  const mxc = parseMxcUri(file ? textIn(file, 'url', 1024) : textIn(content, 'url', 1024));
  const info = objectIn(content, 'info') ?? {};
  const mime = textIn(info, 'mimetype', 255);
  const bytes = Object.hasOwn(info, 'size') ? info['size'] : undefined;
  return {
    type: 'media',
    media,
    name,
    encrypted: file !== undefined,
    ...(body === undefined || body === name ? {} : { caption: body, ...captionHtml(content) }),
    ...(mxc === undefined ? {} : { mxc }),
    ...(mime === undefined ? {} : { mime }),
    ...(typeof bytes === 'number' && Number.isSafeInteger(bytes) && bytes >= 0 ? { bytes } : {}),
    ...countIn(info, 'duration', 'durationMs'),
    ...countIn(info, 'w', 'width'),
    ...countIn(info, 'h', 'height'),
  };
}

function captionHtml(content: Raw): { captionHtml?: string } {
  const html = textIn(content, 'format', 255) === 'org.matrix.custom.html' ? textIn(content, 'formatted_body', MOST_TEXT) : undefined;
  return html === undefined ? {} : { captionHtml: html };
}

function countIn<N extends string>(info: Raw, key: string, name: N): { readonly [K in N]?: number } {
  const count = Object.hasOwn(info, key) ? info[key] : undefined;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? ({ [name]: count } as { [K in N]: number }) : {};
}
