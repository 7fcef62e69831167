/** MODE: told in the channel's rooms where that is wanted (I2M-25). */

import type { IrcHandlerConfig } from '../config/services.js';
import type { Homeserver } from '../homeserver/port.js';
import { type Log, requestOf } from '../lib/log.js';
import { faultText, isFault } from '../model/errors.js';
import type { IrcEventOf } from '../model/irc-event.js';
import type { Links } from '../rooms/links.js';
import type { RoomSettings } from '../rooms/room-settings.js';
import type { Behind } from './nick.js';

export interface ModeNoticeNeeds {
  readonly homeserver: Pick<Homeserver, 'bot'>;
  readonly links: Links;
  readonly roomSettings: Pick<RoomSettings, 'of'>;
  /** `ircService.ircHandler`. */
  readonly ircHandler: () => IrcHandlerConfig;
  readonly log: Log;
}

/** Makes it. What the modes are at a join is no change, and is not told. */
export function makeModeNotice(needs: ModeNoticeNeeds): (event: IrcEventOf<'mode'>, behind: Behind) => void {
  let count = 0;
  return (event, behind) => {
    const { network, channel, by, changes, at } = event;
    const { modeNotices } = needs.ircHandler();
    if (by === undefined || changes.length === 0) return;
    const body = `${by.nick} sets mode ${wordModes(changes)} on ${channel}`;
    for (const { room } of needs.links.ofChannel(network, channel)) {
      const txnId = `mode.${at}.${count++}`;
      behind(room, async () => {
        const settings = await needs.roomSettings.of({ room, network, channel });
        if (!(settings.modeNotices ?? modeNotices)) return;
        try {
          await needs.homeserver.bot.send(room, 'm.room.message', { msgtype: 'm.notice', body, 'm.mentions': {} }, txnId);
        } catch (fault) {
          if (isFault(fault, 'STOPPING')) return;
          needs.log.warn('mode not told in room', { request: requestOf(event), room, why: faultText(fault) });
        }
      });
    }
  };
}

/** `+o-v alice bob`. */
export function wordModes(changes: IrcEventOf<'mode'>['changes']): string {
  let letters = '';
  let sign = '';
  for (const { add, letter } of changes) {
    const now = add ? '+' : '-';
    letters += (now === sign ? '' : now) + letter;
    sign = now;
  }
  return [letters, ...changes.flatMap(({ param }) => param ?? [])].join(' ');
}
