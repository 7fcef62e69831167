/** What IRCv3 tags can say: that a message is a reply; reactions, and deletions by REDACT (CAP-8…10). Else there is text. */

import type { IrcNetwork, Saying, VirtualClient } from '../irc/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import type { EventId } from '../model/ids.js';
import type { NetworkName } from '../model/irc-names.js';
import type { MessageEvent, ReactionEvent } from '../model/matrix-event.js';
import type { EventPair } from '../model/event-pair.js';
import type { Refusal } from '../model/refusal.js';
import type { EventPairs } from '../rooms/event-pairs.js';
import type { Links } from '../rooms/links.js';
import type { PmRooms } from '../rooms/pm-rooms.js';
import { type Destination, targetOf } from './private-message.js';
import { oneLine } from './word-file.js';

export interface ByTagsNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'clientOf' | 'bot'>>;
  readonly links: Pick<Links, 'ofRoom'>;
  readonly pmRooms: Pick<PmRooms, 'ofRoom'>;
  readonly pairs: EventPairs;
}

/** What is said of a message besides its text. */
export type Marks = Pick<Saying, 'replyTo' | 'msgid'>;

export interface ByTags {
  /** What goes with a message: at once for nearly every one. */
  marks(event: MessageEvent, to: Destination, client: VirtualClient): Marks | Promise<Marks>;
  /** Tells of a reaction in every place of its room; false: not everywhere, so it is told in words. */
  reacts(event: ReactionEvent): Promise<boolean>;
  /**
   * Does a reaction or a deletion. False: there is nothing that could be done so, or the network refuses.
   * @param client the author's, which was connected for it; absent: whoever is connected anyway
   * @param notDeleted told, once, when the server refuses a deletion that it could do
   */
  does(event: MessageEvent, to: Destination, client?: VirtualClient, notDeleted?: (why: Refusal) => void): Promise<boolean>;
}

/** Reactions remembered. */
const MOST_REACTIONS = 10_000;

export function makeByTags({ networks, links, pmRooms, pairs }: ByTagsNeeds): ByTags {
  /** With what somebody reacted, so that it can be taken back. */
  const keys = new BoundedMap<EventId, string>(MOST_REACTIONS);
  /** Places that were told of a reaction by tags while others are still to be told in words. */
  const tagged = new BoundedMap<EventId, ReadonlySet<string>>(MOST_REACTIONS);

  const messages = async (event: EventId, room: MessageEvent['room'], to: Destination): Promise<readonly EventPair[]> =>
    (await pairs.ofEvent(event, room, to.network, targetOf(to))).filter(({ kind }) => kind === 'message');

  const react = async ({ id, room, sender, at, target, key }: Omit<ReactionEvent, 'kind'>, to: Destination, client: VirtualClient | undefined): Promise<boolean> => {
    const ready = client ?? networks.get(to.network)?.clientOf(sender);
    if (!ready || !isThere(ready, to)) return false;
    const [pair] = await messages(target, room, to);
    if (!pair || !ready.signal(targetOf(to), { kind: 'react', msgid: pair.msgid, key })) return false;
    keys.set(id, key);
    pairs.add({ ...pair, event: id, kind: 'reaction', nick: ready.nick, author: sender, at, text: key, ...(isSign(key) ? { key } : {}) });
    return true;
  };

  const unreact = (pair: EventPair, to: Destination): boolean => {
    const client = pair.author && networks.get(to.network)?.clientOf(pair.author);
    const key = keys.get(pair.event) ?? pair.key;
    return key !== undefined && client?.signal(targetOf(to), { kind: 'unreact', msgid: pair.msgid, key }) === true;
  };

  /**
   * By the author's client, else by the bot where that may delete what others said.
   * @returns whether it is deleted; else with the first word of the server against it, if it said any
   */
  const redact = async (pair: EventPair, to: Destination, reason: string | undefined): Promise<{ readonly ok: boolean; readonly why?: Refusal }> => {
    const network = networks.get(to.network);
    const own = pair.author && network?.clientOf(pair.author);
    let why: Refusal | undefined;
    for (const client of [own, network?.bot]) {
      const outcome = client && isThere(client, to) ? await client.redact(targetOf(to), pair.msgid, reason) : undefined;
      if (outcome?.ok) return outcome;
      if (outcome?.refusal.reason === 'server-said-no') why ??= outcome.refusal;
    }
    return { ok: false, ...(why && { why }) };
  };

  return {
    marks(event, to, client) {
      const { id, room, sender, at, body, replaces, thread } = event;
      // A message of a thread answers the one before it, as far as its sender's client tells.
      const replyTo = event.replyTo ?? thread?.latest ?? thread?.root;
      if (body.type === 'reaction' || body.type === 'deletion') return {};
      const text = body.type === 'text' ? body.plain : body.type;
      const said = { room, event: replaces ?? id, network: to.network, target: targetOf(to), kind: 'message', nick: client.nick, author: sender, at, text } as const;
      const msgid = (given: string): void => pairs.add({ ...said, msgid: given });
      if (replyTo === undefined || replaces !== undefined) return { msgid };
      return messages(replyTo, room, to).then(([pair]) => (pair ? { msgid, replyTo: pair.msgid } : { msgid }));
    },
    async reacts(event) {
      const pm = pmRooms.ofRoom(event.room);
      const places: readonly Destination[] = pm ? [pm] : links.ofRoom(event.room);
      const told = new Set<string>();
      for (const place of places) if (await react(event, place, undefined)) told.add(placeOf(place));
      if (told.size === places.length) return places.length > 0;
      // The others are told in words.
      if (told.size > 0) tagged.set(event.id, told);
      return false;
    },
    async does(event, to, client, notDeleted) {
      const { body, room } = event;
      if (body.type === 'reaction') return tagged.get(event.id)?.has(placeOf(to)) === true || (body.others === 0 && (await react({ ...event, ...body }, to, client)));
      if (body.type !== 'deletion') return false;
      const found = await pairs.ofEvent(body.target, room, to.network, targetOf(to));
      const [reaction] = found.filter(({ kind }) => kind === 'reaction');
      // A reaction that was told by tags is no message that anybody would miss.
      if (reaction) return unreact(reaction, to) || true;
      let done = found.length > 0;
      const reason = body.reason === undefined ? '' : oneLine(body.reason).trim();
      let against: Refusal | undefined;
      for (const pair of found) {
        const { ok, why } = await redact(pair, to, reason === '' ? undefined : reason);
        against ??= why;
        done = ok && done;
      }
      if (against) notDeleted?.(against);
      return done;
    },
  };
}

function placeOf(to: Destination): string {
  return `${to.network} ${targetOf(to)}`;
}

/** An emoji: whoever reacts with words has them remembered only as long as we live. */
function isSign(key: string): boolean {
  return /^(?:[0-9#*]\uFE0F?\u20E3|[^\p{L}\p{N}]{1,24})$/u.test(key);
}

function isThere(client: VirtualClient, to: Destination): boolean {
  return client.status === 'ready' && ('nick' in to || client.inChannel(to.channel));
}
