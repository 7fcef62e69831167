/** m.room.topic of a portal: the channel's topic, set by the client of who changed it (M2I-9). */

import type { NetworkConfig } from '../config/network.js';
import type { Entry } from '../journal/port.js';
import type { NetworkName } from '../model/irc-names.js';
import type { Link } from '../model/link.js';
import type { TopicEvent } from '../model/matrix-event.js';
import type { Outcome } from '../model/refusal.js';
import type { Connect } from '../people/connect.js';
import { sharesTopic } from '../policy/shares-topic.js';
import type { Links } from '../rooms/links.js';
import type { Failure } from './failure.js';
import { topicRefused } from './sentences.js';
import { oneLine } from './word-file.js';

export interface TopicNeeds {
  readonly links: Links;
  readonly connect: Connect;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly failure: Pick<Failure, 'notice'>;
}

/** Makes it. One line whatever the text holds; what IRC refuses is told, and the room keeps its topic. */
export function makeTopic(needs: TopicNeeds): (event: TopicEvent, entry: Entry, repeat: boolean) => Promise<void> {
  const set = async ({ sender, room, text }: TopicEvent, { network, channel, key }: Link): Promise<Outcome> => {
    const client = await needs.connect(sender, network, room);
    if (!client.ok) return client;
    const joined = client.value.inChannel(channel) ? client : await client.value.join(channel, { patient: true, ...(key === undefined ? {} : { key }) });
    return joined.ok ? client.value.setTopic(channel, oneLine(text)) : joined;
  };
  return async (event, entry, repeat) => {
    for (const link of needs.links.ofRoom(event.room).filter(sharesTopic)) {
      const outcome = await set(event, link);
      if (outcome.ok) continue;
      const target = `${link.channel} on ${needs.configOf(link.network).name ?? link.network}`;
      await needs.failure.notice({ event, entry: entry.id, repeat, target }, topicRefused(target, outcome.refusal.say), 't');
    }
  };
}
