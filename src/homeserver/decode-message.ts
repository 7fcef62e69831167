/** Pure: the content of `m.room.message` and `m.sticker` to what was said. */

import type { EventId } from '../model/ids.js';
import { parseEventId, parseMxcUri, parseUserId } from '../model/ids.js';
import type { MediaBody, TextBody } from '../model/matrix-event.js';
import type { How } from '../model/utterance.js';
import { objectIn, textIn } from './raw.js';
import type { Raw } from './raw.js';

/** What a message says, and what it refers to. */
export interface Said {
  readonly body: TextBody | MediaBody;
  readonly replyTo?: EventId;
  readonly replaces?: EventId;
}

/** Longest text taken, in UTF-16 units: no whole event can be longer (CS API, "Size limits"). */
export const MOST_TEXT = 65_536;
/** Mentions read of one message. */
export const MOST_MENTIONS = 100;

/** Reads content; gives the reason when it says nothing readable. */
export function decodeMessage(type: 'm.room.message' | 'm.sticker', content: Raw): Said | 'bad body' {
  const relation = objectIn(content, 'm.relates_to') ?? {};
  const replaces = textIn(relation, 'rel_type', 255) === 'm.replace' ? idIn(relation) : undefined;
  // An edit without usable new content shows its own body, as clients that know no edits do.
  const fresh = replaces && objectIn(content, 'm.new_content');
  const body = (fresh && bodyOf(type, fresh)) ?? bodyOf(type, content);
  if (!body) return 'bad body';
  const replyTo = replyOf(relation);
  return {
    body,
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(replaces === undefined ? {} : { replaces }),
  };
}

/** In a thread, `m.in_reply_to` may be there only for clients that know no threads; then it is no reply (CS API, "Threading"). */
function replyOf(relation: Raw): EventId | undefined {
  const thread = textIn(relation, 'rel_type', 255) === 'm.thread';
  if (thread && relation['is_falling_back'] === true) return undefined;
  return idIn(objectIn(relation, 'm.in_reply_to') ?? {});
}

function idIn(raw: Raw): EventId | undefined {
  const id = parseEventId(textIn(raw, 'event_id', 255));
  return id?.isWellFormed() ? id : undefined;
}

function bodyOf(type: 'm.room.message' | 'm.sticker', content: Raw): TextBody | MediaBody | undefined {
  if (type === 'm.sticker') return mediaOf('sticker', content);
  const msgtype = textIn(content, 'msgtype', 255);
  switch (msgtype) {
    case undefined:
      return undefined;
    case 'm.image':
      return mediaOf('image', content);
    case 'm.video':
      return mediaOf('video', content);
    case 'm.audio':
      return mediaOf('audio', content);
    case 'm.file':
      return mediaOf('file', content);
    case 'm.emote':
      return textBody('act', content);
    case 'm.notice':
      return textBody('notice', content);
    default:
      // Also what we do not know: its `body` is meant for that (CS API, "m.room.message msgtypes").
      return textBody('say', content);
  }
}

function textBody(how: How, content: Raw): TextBody | undefined {
  const plain = textIn(content, 'body', MOST_TEXT);
  if (plain === undefined) return undefined;
  const isHtml = textIn(content, 'format', 255) === 'org.matrix.custom.html';
  const html = isHtml ? textIn(content, 'formatted_body', MOST_TEXT) : undefined;
  return { type: 'text', how, plain, mentions: mentionsIn(content), ...(html === undefined ? {} : { html }) };
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
    ...(body === undefined || body === name ? {} : { caption: body }),
    ...(mxc === undefined ? {} : { mxc }),
    ...(mime === undefined ? {} : { mime }),
    ...(typeof bytes === 'number' && Number.isSafeInteger(bytes) && bytes >= 0 ? { bytes } : {}),
  };
}
