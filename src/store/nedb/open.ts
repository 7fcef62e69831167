/** Opens rooms.db, users.db and user-activity.db of a directory, in mairc's own shapes (DB-2), and our own files. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../lib/clock.js';
import type { Log } from '../../lib/log.js';
import type { NetworkName } from '../../model/irc-names.js';
import { AuditFile, MemoryAudit } from '../audit-file.js';
import type { Store } from '../port.js';
import { NedbAccounts } from './accounts.js';
import { NedbCounters } from './counters.js';
import { Documents } from './documents.js';
import { NedbFileAddresses } from './file-addresses.js';
import type { FileShape } from './file.js';
import { type EventBounds, EventLog } from '../events/event-log.js';
import { NedbLinesAside } from './lines-aside.js';
import { NedbLinks } from './links.js';
import { networkKeys } from './network-keys.js';
import { NedbPeople } from './people.js';
import { NedbRoomFates } from './room-fates.js';
import { NedbAdminRooms, NedbPmRooms } from './rooms.js';
import { scrubCopies } from './scrub.js';

/** What the store of a directory needs; see `StoreOptions`. */
export interface NedbOptions {
  readonly networks: readonly NetworkName[];
  readonly events: EventBounds;
  readonly lock: (directory: string) => Promise<{ release(): Promise<void> }>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Opens the files of a directory; without a directory they are in memory, for tests. */
export async function openNedb(directory: string | undefined, options: NedbOptions): Promise<Store> {
  const log = options.log.part('store');
  const path = (name: string): string | undefined => directory && join(directory, name);
  const keyOf = networkKeys(options.networks);
  const idents = options.networks.map((network) => `data.client_config.${keyOf(network)}.username`);
  if (directory !== undefined) await mkdir(directory, { recursive: true, mode: 0o700 });
  const lock = directory === undefined ? undefined : await options.lock(directory);
  const files: Documents[] = [];
  let events: EventLog | undefined;
  const audit = directory === undefined ? new MemoryAudit() : new AuditFile(join(directory, 'audit.jsonl'), log);
  const close = async (): Promise<void> => {
    for (const file of files) await file.close();
    await audit.close();
    await events?.close();
    await lock?.release();
  };
  const open = async (name: string, shape: Omit<FileShape, 'path'>): Promise<Documents> => {
    const file = await Documents.open({ ...shape, path: path(name) }, options.clock, log);
    files.push(file);
    return file;
  };
  try {
    const rooms = await open('rooms.db', { unique: 'id', indexes: ['matrix_id', 'remote_id'] });
    const users = await open('users.db', { unique: 'id', indexes: ['data.localpart', ...idents] });
    const activity = await open('user-activity.db', { indexes: [] });
    const media = await open('media.db', { unique: 'id', indexes: ['kind'] });
    events = await EventLog.open({ ...options.events, directory: path('events'), clock: options.clock, log });
    const accounts = await open('accounts.db', { unique: 'id', indexes: [] });
    const fates = await open('fates.db', { unique: 'id', indexes: [] });
    const aside = await open('aside.db', { unique: 'id', indexes: [] });
    return {
      events,
      accounts: new NedbAccounts(accounts),
      async scrub(people) {
        for (const file of files) await file.compact();
        if (directory !== undefined) await scrubCopies(directory, people);
      },
      links: new NedbLinks(rooms, log),
      pmRooms: new NedbPmRooms(rooms, log),
      adminRooms: new NedbAdminRooms(rooms, log),
      people: new NedbPeople(users, activity, keyOf),
      counters: new NedbCounters(users, options.networks, keyOf),
      fileAddresses: new NedbFileAddresses(media),
      roomFates: new NedbRoomFates(fates),
      linesAside: new NedbLinesAside(aside),
      audit,
      close,
    };
  } catch (fault) {
    await close();
    throw fault;
  }
}
