/** Where a person's clients are on IRC, and their end. */

import type { IrcNetwork } from '../irc/port.js';
import type { Place } from '../model/account.js';
import type { UserId } from '../model/ids.js';
import type { NetworkName } from '../model/irc-names.js';

export type Networks = ReadonlyMap<NetworkName, Pick<IrcNetwork, 'clientOf'>>;

/** Where he is now; of networks where he has no client, where he was before. */
export function placesOf(networks: Networks, person: UserId, before: readonly Place[]): readonly Place[] {
  const now: Place[] = [];
  for (const [name, network] of networks) {
    const client = network.clientOf(person);
    if (client) now.push({ network: name, nick: client.wish, channels: client.channels });
  }
  const gone = before.filter((place) => !now.some(({ network }) => network === place.network));
  return [...now, ...gone.filter(({ network }) => networks.has(network))];
}

/** Quits on every network; resolves when all servers have let go. */
export async function quitAll(networks: Networks, person: UserId, reason: string): Promise<void> {
  await Promise.all([...networks.values()].flatMap((network) => network.clientOf(person)?.end(reason) ?? []));
}
