/** Encryption, which IRC cannot read: said once in words; private talk goes on in a plain room (E2E-1, 3; M2I-11). */

import type { NetworkConfig } from '../config/network.js';
import type { Actor, Homeserver } from '../homeserver/port.js';
import type { Entry } from '../journal/port.js';
import { BoundedMap } from '../lib/bounded-map.js';
import type { Clock } from '../lib/clock.js';
import type { Metrics } from '../metrics/port.js';
import { BridgeError, isFault } from '../model/errors.js';
import type { RoomId } from '../model/ids.js';
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
import { UNREADABLE } from './sentences.js';

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
  'I invite you to a room without encryption: send your commands there.';

type Take<E> = (event: E, entry: Entry, repeat: boolean) => Promise<void>;

export interface Encrypted {
  readonly encrypted: Take<EncryptedEvent>;
  readonly encryptionOn: Take<EncryptionOnEvent>;
}

/** A talk of two that goes on in another room. */
interface Move {
  readonly room: RoomId;
  readonly speaker: Actor;
  readonly words: string;
  /** Opens the other room; gives why not, or nothing. */
  readonly open: () => Promise<string | undefined>;
  /** With which reason the old one is left. */
  readonly leaving: string;
}

/** Makes both. The first words have one transaction id for each room, so that many messages at once are answered once. */
export function makeEncrypted(needs: EncryptedNeeds): Encrypted {
  const { homeserver, links, pmRooms, adminRooms, clock } = needs;
  const told = new BoundedMap<string, number>(10_000);
  const placesOf = (linked: readonly Link[]): string =>
    linked.map(({ channel, network }) => `${channel} on ${needs.configOf(network).name ?? network}`).join(', ');

  /** Speaks first: however the rest goes, and should we be killed on the way, nothing vanishes in silence. */
  const move = async (wish: Move, entry: Entry, repeat: boolean): Promise<void> => {
    const { room, speaker } = wish;
    const say = (body: string, txnId: string): Promise<unknown> => speaker.send(room, 'm.room.message', notice(body), txnId, { repeat });
    await say(wish.words, `e2e.${room}`);
    const why = await wish.open().catch((fault: unknown) => {
      if (isFault(fault, 'STOPPING') || !(fault instanceof BridgeError)) throw fault;
      return 'The homeserver does not let me make one.';
    });
    if (why === undefined) await speaker.leave(room, wish.leaving);
    else await say(`There is no room without encryption yet: ${why} Write here again to have me try again.`, `${entry.id}.no`);
  };

  const movePrivate = ({ network, person, nick, room, ghost }: PmRoom, entry: Entry, repeat: boolean): Promise<void> =>
    move(
      {
        room,
        speaker: homeserver.as(ghost),
        words:
          `This room is encrypted, and IRC cannot read that: nothing you write here reaches ${nick}. ` +
          'I invite you to a room without encryption: go on there, and send again what you wrote here.',
        async open() {
          const opened = await needs.openPmRoom({ network, person, nick, insteadOf: room });
          return opened.ok ? undefined : opened.refusal.say;
        },
        leaving: 'IRC cannot read encrypted rooms',
      },
      entry,
      repeat,
    );

  const moveAdmin = ({ room, person }: AdminRoom, entry: Entry, repeat: boolean): Promise<void> =>
    move(
      {
        room,
        speaker: homeserver.bot,
        words: ADMIN_SEALED,
        open: () => needs.openAdminRoom(person, 'IRC Bridge status').then(() => undefined),
        leaving: 'I cannot read encrypted rooms',
      },
      entry,
      repeat,
    );

  /** A talk of two goes on elsewhere. */
  const moved = async (room: RoomId, entry: Entry, repeat: boolean): Promise<void> => {
    const pm = pmRooms.ofRoom(room);
    const admin = adminRooms.ofRoom(room);
    if (pm) await movePrivate(pm, entry, repeat);
    else if (admin) await moveAdmin(admin, entry, repeat);
  };

  return {
    async encrypted(event, entry, repeat) {
      const linked = links.ofRoom(event.room);
      if (linked.length === 0) return moved(event.room, entry, repeat);
      const key = `${event.sender} ${event.room}`;
      const last = told.get(key);
      if (last !== undefined && clock.elapsed() - last < DAY_MS) return needs.metrics.count('bridge_dropped_total', { reason: 'not-text' });
      told.set(key, clock.elapsed());
      const { refusal } = refused('not-text', UNREADABLE);
      await needs.failure.notDelivered({ event, entry: entry.id, repeat, refusal, target: placesOf(linked) });
    },
    async encryptionOn(event, entry, repeat) {
      const linked = links.ofRoom(event.room);
      if (linked.length === 0) return moved(event.room, entry, repeat);
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
