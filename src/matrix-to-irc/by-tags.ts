/** What IRCv3 tags can say: that a message is a reply; reactions, and deletions by REDACT (CAP-8…10). Else there is text. */

import type { IrcNetwork, Saying, VirtualClient } from '../irc/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import type { EventId } from '../model/ids.js';
import type { NetworkName } from '../model/irc-names.js';
import type { MessageEvent, ReactionEvent } from '../model/matrix-event.js';
import type { EventPair } from '../model/event-pair.js';
import type { EventPairs } from '../rooms/event-pairs.js';
import type { Links } from '../rooms/links.js';
import type { PmRooms } from '../rooms/pm-rooms.js';
import { type Destination, targetOf } from './private-message.js';

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
   */
  does(event: MessageEvent, to: Destination, client?: VirtualClient): Promise<boolean>;
}

/** Reactions whose emoji is known, so that they can be taken back: it is not stored. */
const MOST_REACTIONS = 10_000;

export function makeByTags({ networks, links, pmRooms, pairs }: ByTagsNeeds): ByTags {
  const keys = new BoundedMap<EventId, string>(MOST_REACTIONS);

  const messages = async (event: EventId, room: MessageEvent['room'], to: Destination): Promise<readonly EventPair[]> =>
    (await pairs.ofEvent(event, room, to.network, targetOf(to))).filter(({ kind }) => kind === 'message');

  const react = async ({ id, room, sender, at, target, key }: Omit<ReactionEvent, 'kind'>, to: Destination, client: VirtualClient | undefined): Promise<boolean> => {
    const ready = client ?? networks.get(to.network)?.clientOf(sender);
    if (!ready || !isThere(ready, to)) return false;
    const [pair] = await messages(target, room, to);
    if (!pair || !ready.signal(targetOf(to), { kind: 'react', msgid: pair.msgid, key })) return false;
    keys.set(id, key);
    pairs.add({ ...pair, event: id, kind: 'reaction', nick: ready.nick, author: sender, at, text: key });
    return true;
  };

  const unreact = (pair: EventPair, to: Destination): boolean => {
    const client = pair.author && networks.get(to.network)?.clientOf(pair.author);
    const key = keys.get(pair.event);
    return key !== undefined && client?.signal(targetOf(to), { kind: 'unreact', msgid: pair.msgid, key }) === true;
  };

  /** By the author's client, else by the bot where that may delete what others said. */
  const redact = async (pair: EventPair, to: Destination): Promise<boolean> => {
    const network = networks.get(to.network);
    const own = pair.author && network?.clientOf(pair.author);
    for (const client of [own, network?.bot]) {
      if (client && isThere(client, to) && (await client.redact(targetOf(to), pair.msgid)).ok) return true;
    }
    return false;
  };

  return {
    marks(event, to, client) {
      const { id, room, sender, at, body, replaces, replyTo } = event;
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
      let all = places.length > 0;
      for (const place of places) if (!(await react(event, place, undefined))) all = false;
      return all;
    },
    async does(event, to, client) {
      const { body, room } = event;
      if (body.type === 'reaction') return body.others === 0 && react({ ...event, ...body }, to, client);
      if (body.type !== 'deletion') return false;
      const found = await pairs.ofEvent(body.target, room, to.network, targetOf(to));
      const [reaction] = found.filter(({ kind }) => kind === 'reaction');
      // A reaction that was told by tags is no message that anybody would miss.
      if (reaction) return unreact(reaction, to) || true;
      let done = found.length > 0;
      for (const pair of found) done = (await redact(pair, to)) && done;
      return done;
    },
  };
}

function isThere(client: VirtualClient, to: Destination): boolean {
  return client.status === 'ready' && ('nick' in to || client.inChannel(to.channel));
}
