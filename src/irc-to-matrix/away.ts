/** 301: whom a person writes to in private is away, shown in their room once for each change of the text (PM-6). */

import type { Homeserver } from '../homeserver/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import type { RoomId } from '../model/ids.js';
import type { IrcEventOf } from '../model/irc-event.js';
import { ircToHtml } from '../text/irc-to-html.js';
import type { PmRooms } from '../rooms/pm-rooms.js';

export interface AwayNeeds {
  readonly homeserver: Pick<Homeserver, 'as'>;
  readonly pmRooms: PmRooms;
}

export function makeAway({ homeserver, pmRooms }: AwayNeeds): (event: IrcEventOf<'away'>) => Promise<void> {
  const shown = new BoundedMap<RoomId, string>(10_000);
  let count = 0;
  return async ({ network, heardBy, nick, text, at }) => {
    const pm = heardBy.owner === 'bot' ? undefined : pmRooms.find(network, heardBy.owner, nick);
    if (!pm || shown.get(pm.room) === text) return;
    shown.set(pm.room, text);
    const body = `${nick} is away: ${ircToHtml(text).plain}. Your message was delivered and can be read later.`;
    const content = { msgtype: 'm.notice', body, 'm.mentions': {} };
    await homeserver.as(pm.ghost).send(pm.room, 'm.room.message', content, `away.${at}.${count++}`);
  };
}
