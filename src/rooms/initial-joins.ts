/** At the start, who is in a room comes to its channels where that is wished (`matrixToIrc.initial`; MEM-3, MEM-10). */

import type { NetworkConfig } from '../config/network.js';
import type { Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import { type Clock, sleep, within } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { faultText, isFault } from '../model/errors.js';
import type { UserId } from '../model/ids.js';
import type { NetworkName } from '../model/irc-names.js';
import type { Link } from '../model/link.js';
import { mirrorsToIrc } from '../policy/mirrors.js';
import type { Bring } from './bring.js';
import type { Links } from './links.js';

export interface InitialJoinsNeeds {
  readonly homeserver: Pick<Homeserver, 'joinedMembers'>;
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'clientOf'>>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly links: Links;
  readonly bring: Bring;
  readonly isOurs: (user: string) => boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly stopping: AbortSignal;
}

/** The next one begins after so long at the latest. */
const PATIENCE_MS = 60_000;

/** Somebody each `floodDelayMs`, after all who have something to say. */
export interface InitialJoins {
  /** Room after room; never throws. */
  all(): Promise<void>;
  /** Those of one link, where joins are carried over at all. Throws `STOPPING` and what the homeserver lastingly refuses. */
  of(link: Link): Promise<void>;
}

export function makeInitialJoins(needs: InitialJoinsNeeds): InitialJoins {
  const comes = async (person: UserId, link: Link): Promise<void> => {
    try {
      const brought = await needs.bring(person, link, () => true);
      const why = brought.ok ? undefined : brought.refusal.say;
      if (why !== undefined) needs.log.info('member not brought to IRC', { person, channel: link.channel, why });
    } catch (fault) {
      needs.log.warn('member not brought to IRC', { person, channel: link.channel, why: faultText(fault) });
    }
  };
  const bring = async (link: Link, floodDelayMs: number): Promise<void> => {
    for (const person of await needs.homeserver.joinedMembers(link.room)) {
      if (needs.isOurs(person)) continue;
      if (needs.networks.get(link.network)?.clientOf(person)?.inChannel(link.channel) === true) continue;
      // Who is not let in for long is not waited for any more, but comes yet.
      await within(needs.clock, PATIENCE_MS, comes(person, link), () => undefined);
      await sleep(needs.clock, floodDelayMs, needs.stopping);
    }
  };
  const network = async (name: NetworkName): Promise<void> => {
    const { membershipLists: lists } = needs.configOf(name);
    for (const link of needs.links.onNetwork(name)) {
      if (needs.stopping.aborted) return;
      if (!mirrorsToIrc(lists, needs.links.configured(link.room), 'initial')) continue;
      try {
        await bring(link, lists.floodDelayMs);
      } catch (fault) {
        if (isFault(fault, 'STOPPING') || needs.stopping.reason !== undefined) return;
        needs.log.warn('members not brought to IRC', { room: link.room, why: faultText(fault) });
      }
    }
  };
  return {
    async all() {
      await Promise.all([...needs.networks.keys()].map(network));
    },
    async of(link) {
      const { membershipLists: lists } = needs.configOf(link.network);
      if (mirrorsToIrc(lists, needs.links.configured(link.room), 'incremental')) await bring(link, lists.floodDelayMs);
    },
  };
}
