/** TOPIC, 331, 332 and 333: the channel's topic in its rooms (I2M-18). */

import type { NetworkConfig } from '../config/network.js';
import type { IrcNetwork } from '../irc/port.js';
import { type Log, requestOf } from '../lib/log.js';
import { faultText, isFault } from '../model/errors.js';
import type { IrcEventOf } from '../model/irc-event.js';
import type { NetworkName } from '../model/irc-names.js';
import { sharesTopic } from '../policy/shares-topic.js';
import type { Links } from '../rooms/links.js';
import type { RoomSettings } from '../rooms/room-settings.js';
import type { Topics } from '../rooms/topics.js';
import { ircToHtml } from '../text/irc-to-html.js';
import type { Behind } from './nick.js';

export interface TopicNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'ownerOf'>>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly topics: Topics;
  readonly roomSettings: Pick<RoomSettings, 'of'>;
  readonly links: Links;
  readonly log: Log;
}

/**
 * Makes the carrier of topics. A text that a room has already is not set again; what our own clients set is shown in the
 * channel's other rooms.
 */
export function makeTopic(needs: TopicNeeds): (event: IrcEventOf<'topic'>, behind: Behind) => void {
  const { topics, log } = needs;
  return (event, behind) => {
    const { network, channel, by, text } = event;
    const plain = ircToHtml(text).plain;
    const own = by !== undefined && needs.networks.get(network)?.ownerOf(by.nick) !== undefined;
    // A server's name is no ghost.
    const setter = by?.host === undefined ? {} : { by: by.nick };
    topics.heard({ network, channel, text: plain, perhapsCut: own || by === undefined, ...setter });
    for (const link of needs.links.ofChannel(network, channel)) {
      // Each of our clients is told it when it joins.
      if (by === undefined && topics.has(link, plain)) continue;
      behind(link.room, async () => {
        try {
          const settings = await needs.roomSettings.of(link);
          if (sharesTopic(link, settings, needs.configOf(network)).toMatrix) await topics.bring(link);
        } catch (fault) {
          if (isFault(fault, 'STOPPING')) return;
          log.warn('topic not set in room', { request: requestOf(event), room: link.room, why: faultText(fault) });
        }
      });
    }
  };
}
