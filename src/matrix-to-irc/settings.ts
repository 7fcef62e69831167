/** A room's own settings change: in force at once, and what of them is wrong is told in the room (RC-3, RC-4). */

import type { Homeserver } from '../homeserver/port.js';
import type { Entry } from '../journal/port.js';
import type { RoomSettingsEvent } from '../model/matrix-event.js';
import type { Links } from '../rooms/links.js';
import type { RoomSettings } from '../rooms/room-settings.js';
import { settingsWrong } from './sentences.js';

export interface SettingsNeeds {
  readonly homeserver: Pick<Homeserver, 'bot'>;
  readonly links: Pick<Links, 'ofRoom'>;
  readonly roomSettings: Pick<RoomSettings, 'changed' | 'complaints'>;
  readonly isOurs: (user: string) => boolean;
}

/**
 * Makes it. Whoever may set the room's state may set these; the homeserver sees to that. Told where all can read it, since
 * the others who may are concerned as well. Throws `STOPPING` and what the homeserver lastingly refuses to the bot.
 */
export function makeSettings(needs: SettingsNeeds): (event: RoomSettingsEvent, entry: Entry, repeat: boolean) => Promise<void> {
  return async (event, entry, repeat) => {
    needs.roomSettings.changed(event);
    const { room, id, sender } = event;
    if (needs.isOurs(sender) || needs.links.ofRoom(room).length === 0) return;
    const wrong = needs.roomSettings.complaints(event);
    if (wrong.length === 0) return;
    const content = {
      msgtype: 'm.notice',
      body: settingsWrong(wrong),
      'm.mentions': { user_ids: [sender] },
      'm.relates_to': { 'm.in_reply_to': { event_id: id } },
    };
    await needs.homeserver.bot.send(room, 'm.room.message', content, `${entry.id}.s`, { repeat });
  };
}
