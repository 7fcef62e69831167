/** Brings somebody to a channel because he is in its room, and not because he has something to say: without haste. */

import type { NetworkConfig } from '../config/network.js';
import { type Clock, sleep } from '../lib/clock.js';
import { isFault } from '../model/errors.js';
import type { UserId } from '../model/ids.js';
import type { Link } from '../model/link.js';
import { done, type Outcome, refused, type RefusalReason } from '../model/refusal.js';
import type { NetworkName } from '../model/irc-names.js';
import type { Connect } from '../people/connect.js';
import { mayConnect } from '../policy/may-connect.js';
import { carriesMembers } from '../policy/mirrors.js';
import type { RoomSettings } from './room-settings.js';

export interface BringNeeds {
  readonly connect: Connect;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly roomSettings: Pick<RoomSettings, 'of'>;
  readonly clock: Clock;
  readonly stopping: AbortSignal;
}

/**
 * Connects a person after all who have something to say, however long that takes, and joins the channel.
 * @param still whether he is to come at all: asked before each step
 * @returns done when he is in; otherwise what lastingly refused him, `shutting-down` when the bridge stops or he need not
 * come: neither where the room does not want it (RC-4), nor whom the network has no connection for (M2I-41, 42)
 */
export type Bring = (person: UserId, link: Link, still: () => boolean) => Promise<Outcome>;

/** Pause before the next try. */
const PAUSE_MS = 5_000;
/** JOINs that come to nothing, each of which is five tries in itself. */
const MOST_JOINS = 5;
/** What no waiting changes, without being for good. */
const SETTLED: ReadonlySet<RefusalReason> = new Set(['logged-out', 'shutting-down']);
/** What says nothing about the channel. */
const PASSING: ReadonlySet<RefusalReason> = new Set(['connection-lost', 'network-unreachable', 'timed-out']);

const NOT_NOW = refused('shutting-down', 'He need not come any more.');

/** Makes `Bring`. Throws what `connect` throws, but for a full disk, which passes. */
export function makeBring({ connect, configOf, roomSettings, clock, stopping }: BringNeeds): Bring {
  const connected: Connect = async (...wish) => {
    try {
      return await connect(...wish);
    } catch (fault) {
      if (!isFault(fault, 'STORE_FAULT')) throw fault;
      return refused('timed-out', 'The bridge cannot write to its disk.');
    }
  };
  return async (person, link, still) => {
    const options = { patient: true, ...(link.key === undefined ? {} : { key: link.key }) };
    const needless = (): boolean => stopping.aborted || !still();
    const wanted = carriesMembers(await roomSettings.of(link)).toIrc;
    if (!wanted || !mayConnect(person, configOf(link.network), undefined).ok) return NOT_NOW;
    for (let joins = 0; ; ) {
      if (needless()) return NOT_NOW;
      const client = await connected(person, link.network, link.room, 'calm');
      if (needless()) return NOT_NOW;
      if (!client.ok && (client.refusal.permanent || SETTLED.has(client.refusal.reason))) return client;
      if (client.ok) {
        if (client.value.inChannel(link.channel)) return done;
        const joined = await client.value.join(link.channel, options);
        if (joined.ok || !PASSING.has(joined.refusal.reason) || ++joins === MOST_JOINS) return joined;
      }
      // Ended by the bridge's end alone, which the next look sees.
      await sleep(clock, PAUSE_MS, stopping).catch(() => undefined);
    }
  };
}
