/** Looks up what a message needs before it can be worded: what it refers to, its file's address, names. */

import type { FoundEvent, Homeserver } from '../homeserver/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import { type Clock, within } from '../lib/clock.js';
import type { PublicAddresses } from '../media/port.js';
import type { MxcUri, RoomId, UserId } from '../model/ids.js';
import type { MessageEvent } from '../model/matrix-event.js';
import type { Earlier } from '../rooms/event-memory.js';
import { inlineImages } from '../text/inline-images.js';
import type { Recalled, Reference } from './recall.js';
import { NOTHING, type Prepared } from './wording.js';

export interface PrepareNeeds {
  readonly homeserver: Pick<Homeserver, 'lookUp' | 'displayName' | 'bot'>;
  /** Who of us asks in a room where the bot is not: the ghost of a private talk. */
  readonly askerIn: (room: RoomId) => UserId | undefined;
  readonly addresses: PublicAddresses;
  readonly clock: Clock;
}

/** `ignored`: an edit of what somebody else said, or of what is no message (C7). */
export type Prepare = (event: MessageEvent, recalled: Recalled | undefined) => Prepared | Promise<Prepared | 'ignored'>;

/** A message does not wait longer for what it refers to, nor for a name: then it goes without. */
const WAIT_MS = 5_000;
const NAME_MS = 600_000;
const MOST_NAMES = 5;

/** Makes `Prepare`: at once for nearly every message. A message in several channels is prepared once. */
export function makePrepare(needs: PrepareNeeds): Prepare {
  const { homeserver, clock, addresses } = needs;
  const names = new BoundedMap<string, { readonly at: number; readonly name: string | undefined }>(1000);
  const begun = new WeakMap<MessageEvent, Promise<Prepared | 'ignored'>>();

  const soon = <T>(work: Promise<T>): Promise<T | undefined> => within(clock, WAIT_MS, work, () => undefined);

  const earlierOf = async (reference: Reference | undefined, event: MessageEvent): Promise<Earlier | 'lost' | undefined> => {
    if (!reference || reference.earlier) return reference?.earlier;
    const by = needs.askerIn(event.room) ?? homeserver.bot.userId;
    const found = await soon(homeserver.lookUp(event.room, reference.id, event.sender, by));
    return found ? earlierIn(found) : 'lost';
  };

  const nameOf = async (user: UserId, room: RoomId): Promise<string | undefined> => {
    const known = names.get(`${user} ${room}`);
    if (known && clock.elapsed() - known.at < NAME_MS) return known.name;
    const name = await soon(homeserver.displayName(user, room));
    names.set(`${user} ${room}`, { at: clock.elapsed(), name });
    return name;
  };

  const namesIn = async ({ body, room }: MessageEvent): Promise<ReadonlyMap<UserId, string> | undefined> => {
    const users = body.type === 'text' ? unlinked(body.mentions, body.html ?? '') : [];
    if (users.length === 0) return undefined;
    const found = await Promise.all(users.map(async (user) => [user, await nameOf(user, room)] as const));
    return new Map(found.flatMap(([user, name]): [UserId, string][] => (name === undefined ? [] : [[user, name]])));
  };

  const addressOf = async ({ id, sender, body, replaces }: MessageEvent): Promise<string | undefined> => {
    if (body.type !== 'media' || body.mxc === undefined || body.encrypted) return undefined;
    const { mxc, name, bytes } = body;
    const shared = body.media === 'sticker' ? ({ shared: true } as const) : {};
    return addresses.ofFile({ event: id, author: sender, mxc, name, ...shared, ...(bytes === undefined ? {} : { bytes }), ...(replaces ? { replaces } : {}) });
  };

  const imagesIn = async ({ id, sender, body, replaces }: MessageEvent): Promise<ReadonlyMap<MxcUri, string> | undefined> => {
    const images = inlineImages(htmlOf(body));
    if (images.size === 0) return undefined;
    const given = [...images].map(async ([mxc, called]): Promise<[MxcUri, string][]> => {
      const name = called === '' ? 'image' : called;
      const address = await addresses.ofFile({ event: id, author: sender, mxc, name, ...(replaces ? { replaces } : {}) });
      return address === undefined ? [] : [[mxc, address]];
    });
    return new Map((await Promise.all(given)).flat());
  };

  const prepare = async (event: MessageEvent, recalled: Recalled | undefined): Promise<Prepared | 'ignored'> => {
    const [about, began, address, known, images] = await Promise.all([
      earlierOf(recalled?.target, event),
      earlierOf(recalled?.root, event),
      addressOf(event),
      namesIn(event),
      imagesIn(event),
    ]);
    const earlier = about === 'lost' ? undefined : about;
    const root = began === 'lost' ? undefined : began;
    if (event.replaces !== undefined && earlier && earlier.sender !== event.sender) return 'ignored';
    return {
      ...(earlier ? { earlier } : {}),
      ...(about === 'lost' ? { lost: true } : {}),
      ...(root ? { root } : {}),
      ...(address === undefined ? {} : { address }),
      ...(known ? { names: known } : {}),
      ...(images ? { images } : {}),
    };
  };

  return (event, recalled) => {
    const { body } = event;
    if (recalled === undefined && body.type === 'text' && body.mentions.length === 0 && !htmlOf(body).includes('mxc://')) return NOTHING;
    const known = begun.get(event) ?? prepare(event, recalled);
    begun.set(event, known);
    return known;
  };
}

function htmlOf(body: MessageEvent['body']): string {
  return (body.type === 'text' ? body.html : body.type === 'media' ? body.captionHtml : undefined) ?? '';
}

/** Mentioned users that no link in the HTML names. */
function unlinked(mentions: readonly UserId[], html: string): readonly UserId[] {
  return mentions.slice(0, MOST_NAMES).filter((user) => !html.includes(user) && !html.includes(encodeURIComponent(user)));
}

/** Only what somebody said can be answered or changed; the rest of what a room knows is no talk. */
function earlierIn(found: FoundEvent): Earlier | undefined {
  if ('deletedOf' in found) return { sender: found.deletedOf, at: found.at, body: 'deleted' };
  if ('other' in found) return undefined;
  const { event } = found;
  if (event.kind !== 'message') return undefined;
  const { sender, at, body, replyTo, thread } = event;
  return { sender, at, body, ...(replyTo ?? thread ? { reply: true } : {}) };
}
