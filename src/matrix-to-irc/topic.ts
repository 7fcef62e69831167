/** m.room.topic: the channel's topic, set by the client of who changed it (M2I-9). */

import type { NetworkConfig } from '../config/network.js';
import type { Entry } from '../journal/port.js';
import type { Log } from '../lib/log.js';
import { faultText, isFault } from '../model/errors.js';
import type { NetworkName } from '../model/irc-names.js';
import type { Link } from '../model/link.js';
import type { TopicEvent } from '../model/matrix-event.js';
import { done, type Outcome } from '../model/refusal.js';
import { sharesTopic } from '../policy/shares-topic.js';
import type { Links } from '../rooms/links.js';
import type { RoomSettings } from '../rooms/room-settings.js';
import type { Topics } from '../rooms/topics.js';
import type { Failure } from './failure.js';
import type { Relay } from './relay.js';
import { topicRefused } from './sentences.js';
import { oneLine } from './word-file.js';

export interface TopicNeeds {
  readonly links: Links;
  readonly relay: Pick<Relay, 'clientFor'>;
  readonly topics: Topics;
  readonly roomSettings: Pick<RoomSettings, 'of'>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly failure: Pick<Failure, 'notice'>;
  readonly log: Log;
}

/**
 * Makes it. One line whatever the text holds. What IRC refuses is told, and the room keeps its topic, or gets the
 * channel's back where `topicAuthority` is `irc`.
 */
export function makeTopic(needs: TopicNeeds): (event: TopicEvent, entry: Entry, repeat: boolean) => Promise<void> {
  const { topics, log } = needs;
  const set = async ({ sender, room, text }: TopicEvent, link: Link): Promise<Outcome> => {
    const { network, channel, key } = link;
    const line = oneLine(text);
    // IRC has it: it may just have come from there.
    if (topics.onIrc(link) === line) return done;
    const client = await needs.relay.clientFor(sender, network, room);
    if (!client.ok) return client;
    const joined = client.value.inChannel(channel) ? client : await client.value.join(channel, { patient: true, ...(key === undefined ? {} : { key }) });
    if (!joined.ok) return joined;
    topics.asks(link, line);
    return client.value.setTopic(channel, line);
  };
  const reset = async (link: Link, { id: request }: Entry): Promise<boolean> => {
    if (needs.configOf(link.network).topicAuthority !== 'irc' || topics.onIrc(link) === undefined) return false;
    try {
      await topics.bring(link, true);
      return true;
    } catch (fault) {
      if (isFault(fault, 'STOPPING')) throw fault;
      log.warn('topic not set back', { request, room: link.room, why: faultText(fault) });
      return false;
    }
  };
  return async (event, entry, repeat) => {
    for (const link of needs.links.ofRoom(event.room)) {
      const config = needs.configOf(link.network);
      if (!sharesTopic(link, await needs.roomSettings.of(link), config).toIrc) continue;
      const outcome = await set(event, link);
      if (outcome.ok) continue;
      const target = `${link.channel} on ${config.name ?? link.network}`;
      const text = topicRefused(target, outcome.refusal.say, await reset(link, entry));
      await needs.failure.notice({ event, entry: entry.id, repeat, target }, text, 't');
    }
  };
}
