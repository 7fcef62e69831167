/** Opens the store that the configuration names. */

import { resolve } from 'node:path';
import { nedbDirectory } from '../config/homeserver.js';
import type { DatabaseConfig } from '../config/homeserver.js';
import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { BridgeError } from '../model/errors.js';
import type { NetworkName } from '../model/irc-names.js';
import type { EventBounds } from './events/event-log.js';
import { openNedb } from './nedb/open.js';
import type { Store } from './port.js';

export interface StoreOptions {
  readonly database: DatabaseConfig;
  /** All networks of the configuration, since mairc's documents name them in ways that must be told apart (DB-4). */
  readonly networks: readonly NetworkName[];
  /** `ircService.eventStore`. */
  readonly events: EventBounds;
  /** Makes a directory ours alone, or throws `STORE_LOCKED` (RELIABILITY F11). */
  readonly lock: (directory: string) => Promise<{ release(): Promise<void> }>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Opens the store; a NeDB directory is made if missing and is relative to the working directory (DB-1).
 * @throws BridgeError `CONFIG_FAULT` for PostgreSQL, `STORE_LOCKED` when the directory is another process's, `STORE_FAULT`
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const directory = nedbDirectory(options.database);
  if (directory === undefined) {
    throw new BridgeError(
      'CONFIG_FAULT',
      'database.engine: PostgreSQL is not in this version yet. Nothing was touched in the database. Use engine: nedb for now',
    );
  }
  return openNedb(resolve(directory), options);
}
