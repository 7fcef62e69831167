/** At the start, who is in a room comes to its channels where that is wished (`matrixToIrc.initial`; MEM-3, MEM-10). */

import type { NetworkConfig } from '../config/network.js';
import type { Homeserver } from '../homeserver/port.js';
import { type Clock, sleep } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { faultText, isFault } from '../model/errors.js';
import type { NetworkName } from '../model/irc-names.js';
import type { Link } from '../model/link.js';
import type { Connect } from '../people/connect.js';
import { mirrorsToIrc } from '../policy/mirrors.js';
import type { Links } from './links.js';

export interface InitialJoinsNeeds {
  readonly homeserver: Pick<Homeserver, 'joinedMembers'>;
  readonly networks: ReadonlyMap<NetworkName, unknown>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly links: Links;
  readonly connect: Connect;
  readonly isOurs: (user: string) => boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly stopping: AbortSignal;
}

/** Makes the job: room after room, somebody each `floodDelayMs`, after all who have something to say. Never throws. */
export function makeInitialJoins(needs: InitialJoinsNeeds): () => Promise<void> {
  const bring = async (link: Link, floodDelayMs: number): Promise<void> => {
    for (const person of await needs.homeserver.joinedMembers(link.room)) {
      if (needs.isOurs(person)) continue;
      const client = await needs.connect(person, link.network, link.room, 'calm');
      if (client.ok && client.value.inChannel(link.channel)) continue;
      const key = link.key === undefined ? {} : { key: link.key };
      const joined = client.ok ? await client.value.join(link.channel, key) : client;
      const why = joined.ok ? undefined : joined.refusal.say;
      if (why !== undefined) needs.log.info('member not brought to IRC', { person, channel: link.channel, why });
      await sleep(needs.clock, floodDelayMs, needs.stopping);
    }
  };
  const network = async (name: NetworkName): Promise<void> => {
    const { membershipLists: lists } = needs.configOf(name);
    for (const link of needs.links.onNetwork(name)) {
      if (needs.stopping.aborted) return;
      if (!mirrorsToIrc(lists, link.room, 'initial')) continue;
      try {
        await bring(link, lists.floodDelayMs);
      } catch (fault) {
        if (isFault(fault, 'STOPPING') || needs.stopping.reason !== undefined) return;
        needs.log.warn('members not brought to IRC', { room: link.room, why: faultText(fault) });
      }
    }
  };
  return async () => {
    await Promise.all([...needs.networks.keys()].map(network));
  };
}
