/** What follows a room's links into the room that replaces it: settings, names, bridge info, ghosts, people (ROOM-17). */

import type { Homeserver } from '../homeserver/port.js';
import type { Log } from '../lib/log.js';
import { BridgeError, isFault } from '../model/errors.js';
import type { RoomAlias, RoomId } from '../model/ids.js';
import type { ChannelName, NetworkName } from '../model/irc-names.js';
import type { Link, Replacement } from '../model/link.js';
import type { Ghosts } from '../people/ghosts.js';
import type { BridgeInfo } from './bridge-info.js';
import type { Links } from './links.js';
import { ROOM_SETTINGS } from './room-settings.js';

export interface SuccessionRestNeeds {
  readonly homeserver: Pick<Homeserver, 'bot' | 'stateOf' | 'aliasesOf' | 'dropAlias' | 'setAlias' | 'moveListing' | 'joinedMembers'>;
  readonly links: Links;
  readonly ghosts: Pick<Ghosts, 'follow'>;
  readonly bridgeInfo: Pick<BridgeInfo, 'mend'>;
  readonly aliasOf: (network: NetworkName, channel: ChannelName) => RoomAlias | undefined;
  readonly channelOf: (network: NetworkName, alias: string) => ChannelName | undefined;
  readonly isOurs: (user: string) => boolean;
  /** Brings those to the channel who are in the room, where that is wished. */
  readonly bringMembers: (link: Link) => Promise<void>;
  readonly log: Log;
}

/** Moves what is left to be moved; may be repeated. Throws `STOPPING` alone: what the homeserver refuses is logged. */
export type MoveRest = (replacement: Replacement) => Promise<void>;

export function makeSuccessionRest(needs: SuccessionRestNeeds): MoveRest {
  const { homeserver, links, log } = needs;
  const { bot } = homeserver;

  /** One step that may fail without harm to the others. */
  const step = async (what: string, room: RoomId, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (fault) {
      if (!(fault instanceof BridgeError) || fault.code === 'STOPPING') throw fault;
      log.warn(`not moved to the new room: ${what}`, { room, why: fault.message });
    }
  };

  const settings = async ({ from, to }: Replacement): Promise<void> => {
    for (const key of ['', ...links.ofRoom(to).map(({ network, channel }) => `${network} ${channel}`)]) {
      const content = await homeserver.stateOf(from, ROOM_SETTINGS, key);
      if (!content || (await homeserver.stateOf(to, ROOM_SETTINGS, key))) continue;
      await bot.sendState(to, ROOM_SETTINGS, key, content);
    }
  };

  /** Those of our namespace; a homeserver moves all of its aliases by itself where the upgrade was made there. */
  const aliases = async ({ from, to }: Replacement): Promise<void> => {
    const linked = links.ofRoom(to);
    const isOfChannel = (alias: RoomAlias): boolean => linked.some(({ network }) => needs.channelOf(network, alias) !== undefined);
    const listed = (await homeserver.aliasesOf(from)).filter(isOfChannel);
    for (const alias of listed) await homeserver.dropAlias(alias);
    // A kill between both leaves one that points nowhere: those of rooms that were made for it are set whatever was listed.
    const own = linked.flatMap(({ origin, network, channel }) => (origin === 'alias' ? needs.aliasOf(network, channel) ?? [] : []));
    for (const alias of new Set([...listed, ...own])) {
      try {
        await homeserver.setAlias(alias, to);
      } catch (fault) {
        if (!isFault(fault, 'HOMESERVER_IN_USE')) throw fault;
      }
    }
  };

  const ghosts = async ({ from, to }: Replacement): Promise<void> => {
    const there = (await homeserver.joinedMembers(from)).filter((user) => user !== bot.userId && needs.isOurs(user));
    // All at once: the edge lets a few at a time through, and who quits meanwhile is known to be coming.
    await Promise.all(there.map((user) => step('a ghost', to, () => needs.ghosts.follow(user, from, to))));
  };

  return async (replacement) => {
    const { to } = replacement;
    await step('settings', to, () => settings(replacement));
    await step('aliases', to, () => aliases(replacement));
    await step('place in the directory', to, () => homeserver.moveListing(replacement.from, to));
    for (const { network, channel } of links.ofRoom(to)) await needs.bridgeInfo.mend(to, { network, target: channel });
    await step('ghosts', to, () => ghosts(replacement));
    for (const link of links.ofRoom(to)) await step('members', to, () => needs.bringMembers(link));
  };
}
