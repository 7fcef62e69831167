/** Makers of stores for tests. */

import type { Log } from '../../src/lib/log.js';
import { quiet } from '../../src/lib/log.js';
import { asNetworkName } from '../../src/model/irc-names.js';
import { openNedb } from '../../src/store/nedb/open.js';
import type { Store } from '../../src/store/port.js';
import { TestClock } from './clock.js';

/** Opens a store of these networks, in memory unless a directory is given. */
export function aStore(
  more: { readonly directory?: string; readonly networks?: readonly string[]; readonly log?: Log } = {},
): Promise<Store> {
  const { directory, networks = ['irc.example.org'], log = quiet } = more;
  const lock = (): Promise<{ release(): Promise<void> }> => Promise.resolve({ release: () => Promise.resolve() });
  return openNedb(directory, { networks: networks.map(asNetworkName), events: { maxEntries: 1000, ttlDays: 30 }, lock, clock: new TestClock(), log });
}
