/** Which way the topic of a room and its channel is carried (M2I-9, I2M-18). */

import type { NetworkConfig } from '../config/network.js';
import type { Link } from '../model/link.js';
import type { RoomWays } from './ways-of.js';

/**
 * Rooms that were made for their channel share its topic; rooms that were there before do as `topicSync` of the network
 * says. What a room says for itself comes before both.
 */
export function sharesTopic(
  { origin }: Pick<Link, 'origin'>,
  { topicSync: own }: Pick<RoomWays, 'topicSync'>,
  { topicSync: usual }: Pick<NetworkConfig, 'topicSync'>,
): { readonly toIrc: boolean; readonly toMatrix: boolean } {
  const way = own ?? (origin === 'alias' || origin === 'join' ? 'any' : usual);
  return { toIrc: way === 'any' || way === 'irc', toMatrix: way === 'any' || way === 'matrix' };
}
