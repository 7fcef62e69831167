/** Which joins and leaves are carried over by themselves (`membershipLists`; MEM-1, 5, 8). */

import type { MembershipListsConfig } from '../config/network-rooms.js';
import type { RoomId } from '../model/ids.js';
import type { ChannelName } from '../model/irc-names.js';
import type { Folding } from './may-link.js';
import type { RoomWays } from './ways-of.js';

/** Which way a room lets joins be carried, of those that the configuration carries at all (RC-4). */
export function carriesMembers({ membership = 'any' }: Pick<RoomWays, 'membership'>): { readonly toIrc: boolean; readonly toMatrix: boolean } {
  return { toIrc: membership === 'any' || membership === 'irc', toMatrix: membership === 'any' || membership === 'matrix' };
}

/** Whether a join of a Matrix room makes a join on IRC. */
export function mirrorsToIrc(lists: MembershipListsConfig, room: RoomId, when: 'initial' | 'incremental'): boolean {
  if (!lists.enabled) return false;
  const own = lists.rooms.find((rule) => rule.room === room)?.matrixToIrc;
  return (own ?? lists.global.matrixToIrc)[when];
}

/** Whether a join of an IRC channel makes a join on Matrix; otherwise ghosts come when they speak. */
export function mirrorsToMatrix(
  lists: MembershipListsConfig,
  channel: ChannelName,
  network: Folding,
  when: 'initial' | 'incremental',
): boolean {
  if (!lists.enabled) return false;
  const folded = network.fold(channel);
  const own = lists.channels.find((rule) => network.fold(rule.channel) === folded)?.ircToMatrix;
  return (own ?? lists.global.ircToMatrix)[when];
}
