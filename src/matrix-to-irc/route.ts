/** Where a Matrix message goes, by its room: to channels, to a nick, to the bot, or nowhere. */

import type { MessageEvent } from '../model/matrix-event.js';
import type { AdminRooms } from '../rooms/admin-rooms.js';
import type { Links } from '../rooms/links.js';
import type { PmRooms } from '../rooms/pm-rooms.js';
import type { Destination } from './private-message.js';

export interface RouteNeeds {
  readonly links: Links;
  readonly pmRooms: PmRooms;
  readonly adminRooms: AdminRooms;
}

export type Route =
  | { readonly kind: 'talk'; readonly to: readonly Destination[] }
  /** A command, or what is said in an admin room. `text` has the sign taken off; without one there was none. */
  | { readonly kind: 'order'; readonly where: 'admin' | 'bridged' | 'unknown'; readonly text?: string };

const NOWHERE: Route = { kind: 'talk', to: [] };
/** Text that is looked at for a command. */
const MOST_ORDER = 2000;

/** Makes the router. `!irc …` in a bridged room is for the bot and never goes to IRC (RC-1), and no edit is a command (ADM-9). */
export function makeRoute({ links, pmRooms, adminRooms }: RouteNeeds): (event: MessageEvent) => Route {
  return (event) => {
    const linked = links.ofRoom(event.room);
    if (linked.length > 0) {
      // An edited order is none again, but no talk either.
      const asked = /^!irc(?:\s+(.*))?$/iu.exec(firstLine(event) ?? '');
      return asked ? { kind: 'order', where: 'bridged', text: asked[1] ?? '' } : { kind: 'talk', to: linked };
    }
    const line = event.replaces === undefined ? firstLine(event) : undefined;
    const pm = pmRooms.ofRoom(event.room);
    if (pm) return { kind: 'talk', to: [pm] };
    const command = line?.startsWith('!') === true ? { text: line.slice(1).trim() } : {};
    if (adminRooms.ofRoom(event.room)) {
      return line === undefined ? NOWHERE : { kind: 'order', where: 'admin', ...command };
    }
    return 'text' in command ? { kind: 'order', where: 'unknown', ...command } : NOWHERE;
  };
}

/** The first line of what was said; `undefined` for files, emotes and notices, which are no commands (ADM-4). */
function firstLine({ body }: MessageEvent): string | undefined {
  if (body.type !== 'text' || body.how !== 'say') return undefined;
  return body.plain.slice(0, MOST_ORDER).trim().split(/[\r\n]/u, 1)[0]?.trim();
}
