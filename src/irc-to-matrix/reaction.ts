/** Reactions and deletions by IRCv3 tags and REDACT: the same to the Matrix event that it is about (CAP-9, CAP-10). */

import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import type { Clock } from '../lib/clock.js';
import { type Log, requestOf, traced } from '../lib/log.js';
import { faultText, isFault } from '../model/errors.js';
import { type EventPair, shortHash } from '../model/event-pair.js';
import type { Heard, ReactionEvent, RedactionEvent } from '../model/irc-event.js';
import type { ChannelName, NetworkName, Nick } from '../model/irc-names.js';
import type { Ghosts } from '../people/ghosts.js';
import type { EventPairs } from '../rooms/event-pairs.js';
import type { Links } from '../rooms/links.js';
import type { Ignored } from './ignored.js';
import type { Behind } from './nick.js';

export interface ReactionNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'ownerOf' | 'fold'>>;
  readonly homeserver: Pick<Homeserver, 'as' | 'bot'>;
  readonly ghosts: Ghosts;
  readonly links: Links;
  readonly pairs: EventPairs;
  readonly ignored: Ignored;
  readonly clock: Clock;
  readonly log: Log;
}

/** Where it was done, and about which message. */
type About = Heard & { readonly msgid: string; readonly channel?: ChannelName };

/** How much later the id of our own words may be known than others see them. */
const ECHO_MS = 1_000;

/** Makes what carries reactions and their taking back. Whose message is not known is nothing to react to. */
export function makeReaction(needs: ReactionNeeds): (event: ReactionEvent, behind: Behind) => Promise<void> {
  const { homeserver, ghosts, pairs, log } = needs;
  const react = async (event: ReactionEvent, pair: EventPair): Promise<void> => {
    const { network, channel, from, msgid, key, at } = event;
    if (channel !== undefined && (await needs.ignored.inRoom({ network, channel, from }, pair.room))) return;
    const ghost = ghosts.of(network, from.nick);
    await ghosts.ensureIn(ghost, pair.room);
    const content = { 'm.relates_to': { rel_type: 'm.annotation', event_id: pair.event, key } };
    const txnId = `react.${shortHash(`${network} ${pair.room} ${from.nick} ${msgid} ${key}`)}.${at}`;
    try {
      const made = await homeserver.as(ghost.userId).send(pair.room, 'm.reaction', content, txnId);
      const mark = pairs.reactionKey(network, from.nick, msgid, key);
      pairs.add({ ...pair, event: made, msgid: mark, kind: 'reaction', nick: from.nick, at, text: key });
    } catch (fault) {
      // Twice the same is once (CS API, "Annotating").
      if (!isFault(fault, 'HOMESERVER_BAD_REQUEST')) throw fault;
      log.debug('reaction not taken', { request: requestOf(event), room: pair.room, why: faultText(fault) });
    }
  };
  const unreact = async ({ network, from, msgid, key, channel }: ReactionEvent, pair: EventPair): Promise<void> => {
    const mark = pairs.reactionKey(network, from.nick, msgid, key);
    const made = await pairs.inRoom(network, channel ?? from.nick, mark, pair.room);
    if (!made) return;
    const { userId } = ghosts.of(network, from.nick);
    await homeserver.as(userId).redact(pair.room, made.event, `unreact.${shortHash(made.event)}`);
  };
  return async (event, behind) => {
    if (needs.ignored.everywhere(event)) return;
    await forEachRoom(needs, event, event.from.nick, behind, (pair) => (event.undo ? unreact(event, pair) : react(event, pair)));
  };
}

/** Makes what carries REDACT. That its sender may delete it was judged by his server. */
export function makeRedaction(needs: ReactionNeeds): (event: RedactionEvent, behind: Behind) => Promise<void> {
  const { homeserver, ghosts, networks } = needs;
  const redact = async ({ network, by, msgid, reason }: RedactionEvent, pair: EventPair): Promise<void> => {
    const fold = (nick: Nick): string => networks.get(network)?.fold(nick) ?? nick;
    const own = pair.author === undefined && fold(pair.nick) === fold(by.nick);
    const actor = own ? homeserver.as(ghosts.of(network, by.nick).userId) : homeserver.bot;
    const why = own ? reason : [`deleted by ${by.nick}`, reason].filter((part) => part !== undefined).join(': ');
    await actor.redact(pair.room, pair.event, `redact.${shortHash(`${network} ${msgid} ${pair.room}`)}`, why);
  };
  return (event, behind) => forEachRoom(needs, event, event.by.nick, behind, (pair) => redact(event, pair));
}

/** Does it in each room that has the message, behind what waits there. */
async function forEachRoom(
  { networks, links, pairs, clock, log }: ReactionNeeds,
  event: About,
  nick: Nick,
  behind: Behind,
  work: (pair: EventPair) => Promise<void>,
): Promise<void> {
  // What our own clients do comes from Matrix (INV-1).
  if (networks.get(event.network)?.ownerOf(nick) !== undefined) return;
  const { channel } = event;
  const known = channel === undefined ? await pairs.ofMessage(event.network, nick, event.msgid) : links.ofChannel(event.network, channel);
  for (const { room } of known) {
    const look = (): Promise<EventPair | undefined> => pairs.inRoom(event.network, channel ?? nick, event.msgid, room);
    // What it is about may still be on its way into the room.
    behind(room, () => traced(event, async () => {
      const pair = await look();
      if (pair) return done(pair);
      // Our own words have an id once they have come back: on another connection, so perhaps a little later.
      clock.after(ECHO_MS, () => behind(room, () => traced(event, async () => done(await look()))));
    }));
  }
  async function done(pair: EventPair | undefined): Promise<void> {
    if (!pair) return;
    await work(pair).catch((fault: unknown) => {
      log.warn('not carried to its event', { request: requestOf(event), room: pair.room, event: pair.event, kind: channel ?? 'private', why: faultText(fault) });
    });
  }
}
