/** Who cannot be on IRC is put out of the rooms that show him as if he were (`ircClients.kickOn`; CONN-8, CONN-11, R17). */

import type { NetworkConfig } from '../config/network.js';
import type { Homeserver } from '../homeserver/port.js';
import type { Clock } from '../lib/clock.js';
import { KeyedQueue } from '../lib/keyed-queue.js';
import type { Log } from '../lib/log.js';
import type { Metrics } from '../metrics/port.js';
import { faultText } from '../model/errors.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { ChannelName, NetworkName } from '../model/irc-names.js';
import type { Refusal, RefusalReason } from '../model/refusal.js';
import type { Links } from './links.js';

export interface RemovalNeeds {
  readonly homeserver: Pick<Homeserver, 'bot' | 'joinedMembers'>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly links: Pick<Links, 'ofChannel' | 'onNetwork'>;
  readonly metrics: Pick<Metrics, 'count'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Neither waits nor throws. */
export interface Removal {
  /**
   * A channel did not let a person in, who has been told why. @returns whether he is put out of its rooms: not for what
   * passes by itself, for faults of ours, or where `kickOn.channelJoinFailure` is off
   */
  fromChannel(person: UserId, network: NetworkName, channel: ChannelName, why: Refusal): boolean;
  /** A network has banned a person: out of all its rooms, where `kickOn.ircConnectionFailure` is on. */
  fromNetwork(person: UserId, network: NetworkName, why: Refusal): void;
}

/** What is told of messages that could not be said is there by then. */
const GRACE_MS = 10_000;
/** What a channel says of the person, not of the moment. */
const LASTING: ReadonlySet<RefusalReason> = new Set([
  'invite-only',
  'needs-key',
  'needs-account',
  'needs-tls',
  'channel-full',
  'banned-from-channel',
  'too-many-channels',
  'not-a-channel',
  'forwarded',
]);
/** When many are banned at once, who is in which room is asked for once. */
const FRESH_MS = 60_000;

export function makeRemoval(needs: RemovalNeeds): Removal {
  const { homeserver, clock, log } = needs;
  const members = new Map<RoomId, ReadonlySet<UserId>>();
  /** One after the other on each network: it may be a thousand rooms. */
  const queue = new KeyedQueue<NetworkName>((network, fault) => log.warn('person not put out of rooms', { network, why: faultText(fault) }));

  const isIn = async (person: UserId, room: RoomId): Promise<boolean> => {
    if (members.size === 0) clock.after(FRESH_MS, () => members.clear());
    const known = members.get(room) ?? new Set(await homeserver.joinedMembers(room));
    members.set(room, known);
    return known.has(person);
  };
  const kick = async (person: UserId, room: RoomId, reason: string): Promise<void> => {
    try {
      await homeserver.bot.kick(room, person, reason);
    } catch (fault) {
      // It may have no power there, or he is gone by himself.
      log.info('person not put out of a room', { room, person, why: faultText(fault) });
    }
  };

  return {
    fromChannel(person, network, channel, why) {
      const lasting = LASTING.has(why.reason) || (why.reason === 'server-said-no' && why.permanent);
      if (!lasting || !needs.configOf(network).ircClients.kickOn.channelJoinFailure) return false;
      for (const { room } of needs.links.ofChannel(network, channel)) void kick(person, room, `${channel} on IRC: ${why.say}`);
      return true;
    },
    fromNetwork(person, network, why) {
      if (!needs.configOf(network).ircClients.kickOn.ircConnectionFailure) return;
      const work = async (): Promise<void> => {
        for (const room of new Set(needs.links.onNetwork(network).map((link) => link.room))) {
          if (!(await isIn(person, room).catch(() => false))) continue;
          await kick(person, room, why.say);
          needs.metrics.count('bridge_matrixhandler_connection_failure_kicks', { server: network });
        }
      };
      clock.after(GRACE_MS, () => queue.push(network, work));
    },
  };
}
