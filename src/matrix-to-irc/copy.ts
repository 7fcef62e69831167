/** What was said in one room of a channel, shown in its other rooms (ROOM-8). */

import type { Homeserver } from '../homeserver/port.js';
import type { Entry } from '../journal/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import type { Clock } from '../lib/clock.js';
import { KeyedQueue } from '../lib/keyed-queue.js';
import type { Log } from '../lib/log.js';
import { faultText, isFault } from '../model/errors.js';
import type { RoomId } from '../model/ids.js';
import type { Link } from '../model/link.js';
import type { JsonObject } from '../model/matrix-content.js';
import type { Body, MediaBody, MessageEvent, TextBody } from '../model/matrix-event.js';
import type { Nick } from '../model/irc-names.js';
import type { Ghosts } from '../people/ghosts.js';
import type { Links } from '../rooms/links.js';
import { wordPlace, wordPoll } from './word-file.js';

export interface CopyNeeds {
  readonly homeserver: Pick<Homeserver, 'as' | 'displayName'>;
  readonly ghosts: Ghosts;
  readonly links: Links;
  readonly clock: Clock;
  readonly log: Log;
}

/** A message said in a channel. `copied`: rooms that have it already, shared by all channels of the message. */
export interface Original {
  readonly event: MessageEvent;
  readonly entry: Entry;
  readonly link: Link;
  readonly repeat: boolean;
  readonly copied: Set<RoomId>;
}

/**
 * Resolves when each room has its copy or has lastingly refused it, which is logged: the message itself is delivered.
 * Throws `STOPPING`.
 */
export type Copy = (original: Original, by: Nick) => Promise<void>;

/** A display name is asked for again after this. */
const NAME_MS = 600_000;

/**
 * Makes `Copy`: the other rooms see the Matrix event itself, never the IRC line (INV-1), from the ghost of the nick
 * that said it, under the author's display name. Copies of one ghost in one room keep their order, and a room that is
 * slow holds up no other.
 */
export function makeCopy(needs: CopyNeeds): Copy {
  // What is pushed tells of its faults itself.
  const lanes = new KeyedQueue<string>(() => undefined);
  const names = new BoundedMap<string, { readonly at: number; readonly name: string | undefined }>(1000);
  const nameOf = async ({ sender, room }: MessageEvent): Promise<string | undefined> => {
    const known = names.get(`${sender} ${room}`);
    if (known && needs.clock.elapsed() - known.at < NAME_MS) return known.name;
    const name = await needs.homeserver.displayName(sender, room);
    names.set(`${sender} ${room}`, { at: needs.clock.elapsed(), name });
    return name;
  };
  return async ({ event, entry, link, repeat, copied }, by) => {
    const linked = needs.links.ofChannel(link.network, link.channel);
    const rooms = linked.filter(({ room }) => room !== event.room && !copied.has(room));
    for (const { room } of rooms) copied.add(room);
    const ghost = needs.ghosts.of(link.network, by);
    const send = async (room: RoomId): Promise<void> => {
      try {
        await needs.ghosts.ensureIn({ ...ghost, displayName: (await nameOf(event)) ?? ghost.displayName }, room);
        const how = { repeat, since: entry.at };
        await needs.homeserver.as(ghost.userId).send(room, 'm.room.message', contentOf(event), entry.id, how);
      } catch (fault) {
        if (isFault(fault, 'STOPPING')) throw fault;
        needs.log.warn('message not copied to room', { room, event: event.id, why: faultText(fault) });
      }
    };
    const inTurn = (room: RoomId): Promise<void> =>
      new Promise((resolve, reject) => {
        lanes.push(`${room} ${ghost.userId}`, () => send(room).then(resolve, reject));
      });
    await Promise.all(rooms.map(({ room }) => inTurn(room)));
  };
}

/** What is said is copied; reactions and deletions are not, since they are about an event of one room. */
export function isCopied({ body }: MessageEvent): boolean {
  return body.type === 'text' || body.type === 'media' || body.type === 'place' || body.type === 'poll';
}

function contentOf({ body }: MessageEvent): JsonObject {
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
