/** An account is closed: its clients quit at once, and the bridge forgets what it held of the person (SYN-10). */

import type { Actor, Homeserver } from '../homeserver/port.js';
import type { IrcNetwork } from '../irc/port.js';
import type { Log } from '../lib/log.js';
import { isFault } from '../model/errors.js';
import type { RoomId, UserId } from '../model/ids.js';
import type { NetworkName } from '../model/irc-names.js';
import type { AdminRooms } from '../rooms/admin-rooms.js';
import type { PmRooms } from '../rooms/pm-rooms.js';
import type { EventStore, PeopleStore } from '../store/port.js';
import { quitAll } from './places.js';

export interface ForgetNeeds {
  readonly homeserver: Pick<Homeserver, 'bot' | 'as'>;
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'clientOf'>>;
  readonly people: Pick<PeopleStore, 'record' | 'saveRecord' | 'forget'>;
  readonly events: Pick<EventStore, 'forget'>;
  readonly pmRooms: PmRooms;
  readonly adminRooms: AdminRooms;
  readonly log: Log;
}

const REASON = 'Account deactivated';

export interface Forget {
  /** Refuses every later connection; from then on nothing new is kept of the person. */
  mark(person: UserId): Promise<void>;
  /** Quits everywhere; resolves when all servers have let go. */
  quit(person: UserId): Promise<void>;
  /** Takes settings and rooms away; waits for the homeserver. Mappings of rooms stay. */
  forget(person: UserId): Promise<void>;
}

/** Makes `Forget`; each step may be repeated without harm. They throw `STORE_FAULT` and `STOPPING`. */
export function makeForget({ homeserver, networks, people, events, pmRooms, adminRooms, log }: ForgetNeeds): Forget {
  const leave = async (actor: Actor, room: RoomId): Promise<void> => {
    try {
      await actor.leave(room, REASON);
    } catch (fault) {
      // Not in it, or no such room any more: what we want.
      if (!isFault(fault, 'HOMESERVER_FORBIDDEN') && !isFault(fault, 'HOMESERVER_NOT_FOUND')) throw fault;
    }
  };
  return {
    async mark(person) {
      await people.saveRecord({ person, features: {}, deactivated: true });
      // Later than the mark, so that only the mark is left of it.
      await people.forget(person);
    },
    async quit(person) {
      const clients = [...networks.values()].filter((network) => network.clientOf(person) !== undefined).length;
      await quitAll(networks, person, REASON);
      log.info('account deactivated, clients quit', { person, clients });
    },
    async forget(person) {
      await people.forget(person);
      const talks = [...networks.keys()].flatMap((network) => pmRooms.ofPerson(network, person));
      const admin = adminRooms.of(person)?.room;
      await events.forget(person, [...talks.map(({ room }) => room), ...(admin === undefined ? [] : [admin])]);
      for (const { room, ghost } of talks) {
        await leave(homeserver.as(ghost), room);
        await pmRooms.drop(room);
      }
      if (admin !== undefined) {
        await leave(homeserver.bot, admin);
        await adminRooms.drop(admin);
      }
      log.info('account deactivated, forgotten', { person });
    },
  };
}
