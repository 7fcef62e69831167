/** Pure: what a copy of a message holds (ROOM-8). Nobody in the other room is mentioned by it. */

import type { EventId } from '../model/ids.js';
import type { JsonObject } from '../model/matrix-content.js';
import type { Body, MediaBody, MessageEvent, TextBody } from '../model/matrix-event.js';
import { wordPlace, wordPoll } from './word-file.js';

/** The same in another room, there an answer to `answered`; `as`: with this name before it. */
export function copyOf(event: Pick<MessageEvent, 'body'>, answered?: EventId, as?: string): JsonObject {
  const content = under(as, contentOf(event));
  return answered === undefined ? content : { ...content, 'm.relates_to': { 'm.in_reply_to': { event_id: answered } } };
}

/** An edit of a copy. */
export function editOf(event: Pick<MessageEvent, 'body'>, copy: EventId, as?: string): JsonObject {
  const now = under(as, contentOf(event));
  const said = typeof now['body'] === 'string' ? now['body'] : '';
  return { ...now, body: `* ${said}`, 'm.new_content': now, 'm.relates_to': { rel_type: 'm.replace', event_id: copy } };
}

/** A text under a name; a file keeps its own. */
function under(as: string | undefined, content: JsonObject): JsonObject {
  const { body, formatted_body: html } = content;
  if (as === undefined || typeof body !== 'string' || 'url' in content) return content;
  const name = as.replaceAll('&', '&amp;');
  return { ...content, body: `<${as}> ${body}`, ...(typeof html === 'string' ? { formatted_body: `&lt;${name}&gt; ${html}` } : {}) };
}

function contentOf({ body }: Pick<MessageEvent, 'body'>): JsonObject {
  if (body.type === 'media') return fileContent(body);
  if (body.type !== 'text') return { msgtype: 'm.notice', body: wordsOf(body), 'm.mentions': {} };
  const msgtype = { say: 'm.text', act: 'm.emote', notice: 'm.notice' }[body.how];
  const html = body.html === undefined ? {} : { format: 'org.matrix.custom.html', formatted_body: body.html };
  return { msgtype, body: body.plain, ...html, 'm.mentions': {} };
}

/** A file stays one where it can be fetched by its address alone. */
function wordsOf(body: Exclude<Body, TextBody | MediaBody>): string {
  if (body.type === 'place') return wordPlace(body);
  return body.type === 'poll' ? wordPoll(body, Infinity) : '';
}

function fileContent({ media, name, caption, mxc, mime, bytes, encrypted }: MediaBody): JsonObject {
  if (mxc === undefined || encrypted) return { msgtype: 'm.emote', body: `sent a file: ${name}`, 'm.mentions': {} };
  const info = { ...(mime === undefined ? {} : { mimetype: mime }), ...(bytes === undefined ? {} : { size: bytes }) };
  const words = caption === undefined ? { body: name } : { body: caption, filename: name };
  const msgtype = { sticker: 'm.image', voice: 'm.audio', image: 'm.image', video: 'm.video', audio: 'm.audio', file: 'm.file' }[media];
  return { msgtype, ...words, url: mxc, info, 'm.mentions': {} };
}
