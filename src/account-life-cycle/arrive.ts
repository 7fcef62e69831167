/** Brings somebody's client to channels, however long the network takes to let it in. */

import type { IrcNetwork, VirtualClient } from '../irc/port.js';
import { type Clock, sleep } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import type { UserId } from '../model/ids.js';
import type { ChannelName, NetworkName } from '../model/irc-names.js';
import type { Accounts } from '../people/accounts.js';
import type { Connect } from '../people/connect.js';
import { standingOf } from '../policy/ledger.js';
import type { Links } from '../rooms/links.js';

export interface ArriveNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'clientOf'>>;
  readonly connect: Connect;
  readonly links: Pick<Links, 'ofChannel'>;
  readonly accounts: Pick<Accounts, 'of'>;
  readonly clock: Clock;
  readonly stopping: AbortSignal;
  readonly log: Log;
}

/** Between two tries to connect, each of which waits a minute by itself. */
const AGAIN_MS = 5_000;
/** Connections lost in the middle of joining before the rest is left. */
const MOST_LOSSES = 20;

/**
 * Resolves when the client is in all channels that let it in, and tells whether it came to IRC at all: not when it was
 * refused for good, or its person has gone meanwhile. Harmless when repeated. Throws `STOPPING` and `STORE_FAULT`.
 */
export type Arrive = (person: UserId, network: NetworkName, channels: readonly ChannelName[]) => Promise<boolean>;

export function makeArrive(needs: ArriveNeeds): Arrive {
  const { networks, connect, links, accounts, clock, stopping, log } = needs;
  /** Whether the channel is settled, one way or the other. */
  const join = async (person: UserId, client: VirtualClient, network: NetworkName, channel: ChannelName): Promise<boolean> => {
    if (client.inChannel(channel)) return true;
    const key = links.ofChannel(network, channel).find((link) => link.key !== undefined)?.key;
    const joined = await client.join(channel, { patient: true, ...(key === undefined ? {} : { key }) });
    if (joined.ok) return true;
    if (client.status !== 'ready' && client.status !== 'ended') return false;
    log.info('channel not joined', { person, network, channel, why: joined.refusal.say });
    return true;
  };
  const isWished = async (person: UserId): Promise<boolean> => {
    const record = await accounts.of(person);
    const standing = record ? standingOf(record.ledger) : 'unknown';
    return standing === 'here' || standing === 'unknown';
  };
  return async (person, network, channels) => {
    for (let losses = 0; ; ) {
      const client = await connect(person, network, undefined, 'calm');
      stopping.throwIfAborted();
      if (client.ok) {
        client.value.setAway(undefined);
        const settled = await Promise.all(channels.map((channel) => join(person, client.value, network, channel)));
        stopping.throwIfAborted();
        if (settled.every((each) => each) || ++losses > MOST_LOSSES) return true;
      } else if (!networks.get(network)?.clientOf(person)) {
        // Otherwise the client goes on trying, and so must whoever tells it where to go.
        log.info('not connected', { person, network, why: client.refusal.say });
        return false;
      }
      if (!(await isWished(person))) return false;
      await sleep(clock, AGAIN_MS, stopping);
    }
  };
}
