/** TOPIC, 331 and 332: the channel's topic in its rooms (I2M-18). */

import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import { type Log, requestOf } from '../lib/log.js';
import { faultText, isFault } from '../model/errors.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { IrcEventOf } from '../model/irc-event.js';
import type { NetworkName } from '../model/irc-names.js';
import { sharesTopic } from '../policy/shares-topic.js';
import type { Ghosts } from '../people/ghosts.js';
import type { Links } from '../rooms/links.js';
import { ircToHtml } from '../text/irc-to-html.js';
import type { Behind } from './nick.js';

export interface TopicNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'ownerOf'>>;
  readonly homeserver: Pick<Homeserver, 'as' | 'bot' | 'stateOf'>;
  readonly ghosts: Ghosts;
  readonly links: Links;
  readonly log: Log;
}

/** Makes the carrier of topics. A text that the room has already is not set again; what our clients set is not echoed. */
export function makeTopic(needs: TopicNeeds): (event: IrcEventOf<'topic'>, behind: Behind) => void {
  const { homeserver, log } = needs;
  const topicOf = async (room: RoomId): Promise<string> => {
    const topic = (await homeserver.stateOf(room, 'm.room.topic', ''))?.['topic'];
    return typeof topic === 'string' ? topic : '';
  };

  const set = async (by: UserId | undefined, room: RoomId, topic: string): Promise<void> => {
    if ((await topicOf(room)) === topic) return;
    const content = { topic };
    try {
      await (by === undefined ? homeserver.bot : homeserver.as(by)).sendState(room, 'm.room.topic', '', content);
    } catch (fault) {
      // The ghost has no power there; the bot has it.
      if (by === undefined || !isFault(fault, 'HOMESERVER_FORBIDDEN')) throw fault;
      await homeserver.bot.sendState(room, 'm.room.topic', '', content);
    }
  };

  return (event, behind) => {
    const { network, channel, by, text } = event;
    if (by !== undefined && needs.networks.get(network)?.ownerOf(by.nick) !== undefined) return;
    const topic = ircToHtml(text).plain;
    for (const link of needs.links.ofChannel(network, channel)) {
      if (!sharesTopic(link)) continue;
      // A server's name is no ghost.
      const ghost = by?.host === undefined ? undefined : needs.ghosts.of(network, by.nick);
      behind(link.room, async () => {
        try {
          if (ghost) await needs.ghosts.ensureIn(ghost, link.room);
          await set(ghost?.userId, link.room, topic);
        } catch (fault) {
          if (isFault(fault, 'STOPPING')) return;
          log.warn('topic not set in room', { request: requestOf(event), room: link.room, why: faultText(fault) });
        }
      });
    }
  };
}
