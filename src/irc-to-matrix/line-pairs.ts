/** A line from IRC and its event: what it answers is looked up before it is sent, and it is remembered after (CAP-2, CAP-8). */

import type { EventId, RoomId } from '../model/ids.js';
import type { ChannelMessage } from '../model/irc-event.js';
import type { ChannelName, Nick } from '../model/irc-names.js';
import type { MessageContent } from '../model/matrix-content.js';
import type { EventPairs } from '../rooms/event-pairs.js';

/** A line, and the channel or the nick of the private talk to which it belongs. */
export type PairedLine = Pick<ChannelMessage, 'network' | 'from' | 'at' | 'text' | 'msgid' | 'replyTo'> & { readonly target: ChannelName | Nick };

/** The content as a reply, where what it answers is known in this room; whoever is answered on Matrix is told. */
export async function answering(pairs: EventPairs, line: PairedLine, room: RoomId, said: MessageContent): Promise<MessageContent> {
  const { network, target, replyTo } = line;
  const pair = replyTo === undefined ? undefined : await pairs.inRoom(network, target, replyTo, room);
  if (!pair) return said;
  const users = new Set([...(said['m.mentions'].user_ids ?? []), ...(pair.author === undefined ? [] : [pair.author])]);
  return {
    ...said,
    'm.mentions': users.size === 0 ? {} : { user_ids: [...users] },
    'm.relates_to': { 'm.in_reply_to': { event_id: pair.event } },
  };
}

/** Keeps which event it became. */
export function remember(pairs: EventPairs, { network, target, from, at, text, msgid }: PairedLine, room: RoomId, event: EventId): void {
  if (msgid !== undefined) pairs.add({ room, event, network, target, msgid, kind: 'message', nick: from.nick, at, text });
}
