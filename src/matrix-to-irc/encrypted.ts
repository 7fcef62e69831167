/** Encryption, which IRC cannot read: said once in words; private talk goes on in a plain room (E2E-1, 3; M2I-11). */

import type { NetworkConfig } from '../config/network.js';
import type { Homeserver } from '../homeserver/port.js';
import type { Entry } from '../journal/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import type { Clock } from '../lib/clock.js';
import type { Metrics } from '../metrics/port.js';
import type { NetworkName } from '../model/irc-names.js';
import type { AdminRoom, Link, PmRoom } from '../model/link.js';
import type { EncryptedEvent, EncryptionOnEvent } from '../model/matrix-event.js';
import { refused } from '../model/refusal.js';
import type { OpenAdminRoom } from '../rooms/admin-room.js';
import type { AdminRooms } from '../rooms/admin-rooms.js';
import type { Links } from '../rooms/links.js';
import type { OpenPmRoom } from '../rooms/pm-room.js';
import type { PmRooms } from '../rooms/pm-rooms.js';
import type { Failure } from './failure.js';

export interface EncryptedNeeds {
  readonly homeserver: Pick<Homeserver, 'as' | 'bot'>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly links: Links;
  readonly pmRooms: PmRooms;
  readonly adminRooms: AdminRooms;
  readonly openPmRoom: OpenPmRoom;
  readonly openAdminRoom: OpenAdminRoom;
  readonly failure: Failure;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** M2I-11: how long whoever was told that nobody can read him is not told again of the same room. */
const DAY_MS = 86_400_000;

const ADMIN_SEALED =
  'This room is encrypted, and I cannot read that. ' +
  'I have invited you to a room without encryption: send your commands there.';

const UNREADABLE =
  'It is encrypted, and IRC cannot read that, nor what else you send encrypted here (you are told once a day). ' +
  'Use a room without encryption.';

type Take<E> = (event: E, entry: Entry, repeat: boolean) => Promise<void>;

export interface Encrypted {
  readonly encrypted: Take<EncryptedEvent>;
  readonly encryptionOn: Take<EncryptionOnEvent>;
}

/** Makes both. The words have one transaction id for each room, so that many messages at once are answered once. */
export function makeEncrypted(needs: EncryptedNeeds): Encrypted {
  const { homeserver, links, pmRooms, adminRooms, clock } = needs;
  const told = new BoundedMap<string, number>(10_000);
  const placesOf = (linked: readonly Link[]): string =>
    linked.map(({ channel, network }) => `${channel} on ${needs.configOf(network).name ?? network}`).join(', ');

  const movePrivate = async (pm: PmRoom): Promise<void> => {
    const { network, person, nick } = pm;
    const opened = await needs.openPmRoom({ network, person, nick, insteadOf: pm.room });
    const actor = homeserver.as(pm.ghost);
    const next = opened.ok
      ? 'I have invited you to a room without encryption: go on there, and send again what you wrote here.'
      : opened.refusal.say;
    const body = `This room is encrypted, and IRC cannot read that: nothing you write here reaches ${nick}. ${next}`;
    await actor.send(pm.room, 'm.room.message', notice(body), `e2e.${pm.room}`);
    await actor.leave(pm.room, 'IRC cannot read encrypted rooms');
  };

  const moveAdmin = async ({ room, person }: AdminRoom): Promise<void> => {
    await needs.openAdminRoom(person, 'IRC Bridge status');
    await homeserver.bot.send(room, 'm.room.message', notice(ADMIN_SEALED), `e2e.${room}`);
    await homeserver.bot.leave(room, 'I cannot read encrypted rooms');
  };

  /** A talk of two goes on elsewhere. */
  const moved = async ({ room }: { readonly room: PmRoom['room'] }): Promise<void> => {
    const pm = pmRooms.ofRoom(room);
    const admin = adminRooms.ofRoom(room);
    if (pm) await movePrivate(pm);
    else if (admin) await moveAdmin(admin);
  };

  return {
    async encrypted(event, entry, repeat) {
      const linked = links.ofRoom(event.room);
      if (linked.length === 0) return moved(event);
      const key = `${event.sender} ${event.room}`;
      const last = told.get(key);
      if (last !== undefined && clock.elapsed() - last < DAY_MS) return needs.metrics.count('bridge_dropped_total', { reason: 'not-text' });
      told.set(key, clock.elapsed());
      const { refusal } = refused('not-text', UNREADABLE);
      await needs.failure.notDelivered({ event, entry: entry.id, repeat, refusal, target: placesOf(linked) });
    },
    async encryptionOn(event, entry, repeat) {
      const linked = links.ofRoom(event.room);
      if (linked.length === 0) return moved(event);
      const body =
        'Encryption was switched on here, and IRC cannot read that: ' +
        `from now on nothing said in this room reaches ${placesOf(linked)}. ` +
        'Encryption cannot be switched off again, so make a new room without it and have that one bridged.';
      await homeserver.bot.send(event.room, 'm.room.message', notice(body), `${entry.id}.e`, { repeat });
    },
  };
}

function notice(body: string): { msgtype: string; body: string; 'm.mentions': Record<string, never> } {
  return { msgtype: 'm.notice', body, 'm.mentions': {} };
}
