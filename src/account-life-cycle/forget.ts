/** An account is closed: its clients quit at once, and the bridge forgets what it held of the person (SYN-10). */

import type { Actor, Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import type { Log } from '../lib/log.js';
import type { PublicAddresses } from '../media/port.js';
import { BridgeError } from '../model/errors.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { NetworkName } from '../model/irc-names.js';
import type { AdminRooms } from '../rooms/admin-rooms.js';
import type { PmRooms } from '../rooms/pm-rooms.js';
import type { Replacements } from '../rooms/replacements.js';
import type { AuditTrail, EventStore, LineAsideStore, PeopleStore } from '../store/port.js';
import { quitAll } from './places.js';

export interface ForgetNeeds {
  readonly homeserver: Pick<Homeserver, 'bot' | 'as'>;
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'clientOf'>>;
  readonly people: Pick<PeopleStore, 'record' | 'saveRecord' | 'forget'>;
  readonly events: Pick<EventStore, 'forget'>;
  readonly addresses: Pick<PublicAddresses, 'forget'>;
  readonly pmRooms: PmRooms;
  readonly adminRooms: AdminRooms;
  readonly replacements: Pick<Replacements, 'forget'>;
  readonly linesAside: Pick<LineAsideStore, 'forget'>;
  readonly audit: Pick<AuditTrail, 'forget'>;
  readonly log: Log;
}

const REASON = 'Account deactivated';
/** Rooms that are left at a time. */
const TOGETHER = 10;

export interface Forget {
  /** Refuses every later connection, and takes settings away; from then on nothing new is kept of the person. */
  mark(person: UserId): Promise<void>;
  hasClient(person: UserId): boolean;
  /** Quits everywhere; resolves when all servers have let go. */
  quit(person: UserId): Promise<void>;
  /** Takes rooms and names of many people away; waits for the homeserver. Mappings of rooms stay. */
  forget(people: ReadonlySet<UserId>): Promise<void>;
}

/** Makes `Forget`; each step may be repeated without harm. They throw `STORE_FAULT` and `STOPPING`. */
export function makeForget({ homeserver, networks, people, events, addresses, pmRooms, adminRooms, replacements, linesAside, audit, log }: ForgetNeeds): Forget {
  const clientsOf = (person: UserId): number =>
    [...networks.values()].filter((network) => network.clientOf(person) !== undefined).length;
  const leave = async (actor: Actor, room: RoomId): Promise<void> => {
    try {
      await actor.leave(room, REASON);
    } catch (fault) {
      if (!(fault instanceof BridgeError) || fault.code === 'STOPPING') throw fault;
      // Refused for good: the other rooms, and what is stored, must not suffer.
      log.info('room not left', { room, why: fault.message });
    }
  };
  return {
    async mark(person) {
      await people.saveRecord({ person, features: {}, deactivated: true });
      // Later than the mark, so that only the mark is left of it.
      await people.forget(person);
    },
    hasClient: (person) => clientsOf(person) > 0,
    async quit(person) {
      const clients = clientsOf(person);
      await quitAll(networks, person, REASON);
      log.info('account deactivated, clients quit', { person, clients });
    },
    async forget(gone) {
      const talks = pmRooms.ofPeople(gone);
      const admin = [...gone].flatMap((person) => adminRooms.of(person)?.room ?? []);
      const all = [...talks.map(({ room, ghost }) => [homeserver.as(ghost), room] as const), ...admin.map((room) => [homeserver.bot, room] as const)];
      for (let at = 0; at < all.length; at += TOGETHER) {
        await Promise.all(all.slice(at, at + TOGETHER).map(([actor, room]) => leave(actor, room)));
      }
      // Before the rooms: by them it is known again, after a kill, what is to be forgotten.
      await events.forget(gone, all.map(([, room]) => room));
      await addresses.forget(gone);
      for (const { room } of talks) await pmRooms.drop(room);
      for (const room of admin) await adminRooms.drop(room);
      await replacements.forget(gone);
      await linesAside.forget(gone);
      await audit.forget(gone);
      for (const person of gone) await people.forget(person);
      log.info('accounts deactivated, forgotten', { people: gone.size });
    },
  };
}
