/** Sends a message that the homeserver finds too large without its formatting, then in halves: what was said arrives (H9). */

import type { Actor } from '../homeserver/port.js';
import { BridgeError, isFault } from '../model/errors.js';
import type { EventId, RoomId } from '../model/ids.js';
import type { JsonObject } from '../model/matrix-content.js';

/** A text so short, in UTF-16 units, is not halved any more: something else is wrong. */
const LEAST = 400;

/** Bytes of JSON of a text beyond which the edge would cut it: an event may have 65,536 in all. */
const MOST_BYTES = 56_000;

type How = Parameters<Actor['send']>[4];

/**
 * Sends content, in parts where the homeserver says 413. Each part has a transaction id of its own made from `txnId`, the
 * same at every try. Gives the first part's event. Throws as `Actor.send`.
 */
export async function sendInParts(
  actor: Pick<Actor, 'send'>,
  room: RoomId,
  content: JsonObject,
  txnId: string,
  how?: How,
): Promise<EventId> {
  try {
    if (!isTooLong(content['body'])) return await actor.send(room, 'm.room.message', content, txnId, how);
    throw new BridgeError('HOMESERVER_TOO_LARGE', 'the text is longer than an event may be');
  } catch (fault) {
    if (!isFault(fault, 'HOMESERVER_TOO_LARGE')) throw fault;
    const { format, formatted_body: html, ...plain } = content;
    if (html !== undefined || format !== undefined) return sendInParts(actor, room, plain, `${txnId}.p`, how);
    const halves = halved(content['body']);
    if (!halves) throw fault;
    const [first, second] = halves;
    const event = await sendInParts(actor, room, { ...content, body: first }, `${txnId}.1`, how);
    // It answers nothing any more: the first part does.
    const { 'm.relates_to': _, ...rest } = content;
    await sendInParts(actor, room, { ...rest, body: second }, `${txnId}.2`, how);
    return event;
  }
}

/** Nearly all texts are told by their length alone. */
function isTooLong(body: unknown): boolean {
  return typeof body === 'string' && body.length * 6 > MOST_BYTES && Buffer.byteLength(JSON.stringify(body)) > MOST_BYTES;
}

/** A text in two, between lines if it has some near its middle, else between words, never within a character. */
function halved(body: unknown): readonly [string, string] | undefined {
  if (typeof body !== 'string' || body.length < LEAST) return undefined;
  const middle = Math.floor(body.length / 2);
  for (const between of ['\n', ' ']) {
    const at = body.lastIndexOf(between, middle);
    if (at > body.length / 4) return [body.slice(0, at), body.slice(at + 1)];
  }
  const at = middle + (/[\udc00-\udfff]/u.test(body.charAt(middle)) ? 1 : 0);
  return [body.slice(0, at), body.slice(at)];
}
