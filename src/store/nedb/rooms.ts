/** PM rooms and admin rooms, as mairc's documents `PM_…` and `ADMIN_…` of rooms.db (DB-3). */

import type { Log } from '../../lib/log.js';
import type { RoomId } from '../../model/ids.js';
import { parseRoomId, parseUserId } from '../../model/ids.js';
import { asNetworkName, parseNick } from '../../model/irc-names.js';
import type { AdminRoom, PmRoom } from '../../model/link.js';
import type { AdminRoomStore, PmRoomStore } from '../port.js';
import { objectIn, textIn, withFields } from './doc-fields.js';
import type { Documents } from './documents.js';
import type { Doc } from './file.js';

const PM = 'PM_';
const ADMIN = 'ADMIN_';

/** What both have in common: documents of a kind, told by the beginning of their id. */
class RoomsOfKind<T extends { readonly room: RoomId }> {
  readonly #docs: Documents;
  readonly #log: Log;
  readonly #prefix: string;
  readonly #read: (doc: Doc) => T | undefined;
  readonly #write: (room: T, before: Doc) => Doc & { readonly id: string };

  constructor(
    docs: Documents,
    log: Log,
    prefix: string,
    read: (doc: Doc) => T | undefined,
    write: (room: T, before: Doc) => Doc & { readonly id: string },
  ) {
    this.#docs = docs;
    this.#log = log;
    this.#prefix = prefix;
    this.#read = read;
    this.#write = write;
  }

  async all(): Promise<readonly T[]> {
    const docs = await this.#docs.find({});
    return docs.flatMap((doc) => {
      if (!this.#isOurs(doc)) return [];
      const room = this.#read(doc);
      if (!room) this.#log.warn('room in the store not understood, left as it is', { id: doc['id'] });
      return room ?? [];
    });
  }

  add(room: T): Promise<void> {
    return this.#docs.change(async () => {
      const [before = {}] = await this.#docs.find({ id: this.#write(room, {}).id });
      return { put: [this.#write(room, before)] };
    });
  }

  remove(room: RoomId): Promise<void> {
    return this.#docs.change(async () => ({
      drop: (await this.#docs.find({ matrix_id: room })).filter((doc) => this.#isOurs(doc)),
    }));
  }

  #isOurs(doc: Doc): boolean {
    return textIn(doc['id'])?.startsWith(this.#prefix) ?? false;
  }
}

/** One room for each person and ghost: a new one replaces the old one. */
export class NedbPmRooms extends RoomsOfKind<PmRoom> implements PmRoomStore {
  constructor(docs: Documents, log: Log) {
    super(docs, log, PM, readPm, writePm);
  }
}

/** One room for each person: a new one replaces the old one. */
export class NedbAdminRooms extends RoomsOfKind<AdminRoom> implements AdminRoomStore {
  constructor(docs: Documents, log: Log) {
    super(docs, log, ADMIN, readAdmin, writeAdmin);
  }
}

function readPm(doc: Doc): PmRoom | undefined {
  const remote = objectIn(doc['remote']);
  const data = objectIn(doc['data']);
  const room = parseRoomId(doc['matrix_id']);
  const network = textIn(remote['domain']);
  const nick = parseNick(remote['channel']);
  const person = parseUserId(data['real_user_id']);
  const ghost = parseUserId(data['virtual_user_id']);
  if (!room || network === undefined || !nick || !person || !ghost) return undefined;
  const mask = textIn(data['mask']);
  const more = { ...(mask === undefined ? {} : { mask }), ...(data['left'] === true ? { left: true } : {}) };
  return { room, network: asNetworkName(network), person, nick, ghost, ...more };
}

function writePm({ room, network, person, nick, ghost, mask, left }: PmRoom, before: Doc): Doc & { id: string } {
  return {
    ...before,
    id: `${PM}${person} ${ghost}`,
    remote_id: `${network} ${nick}`,
    matrix_id: room,
    remote: withFields(objectIn(before['remote']), { domain: network, channel: nick, type: 'pm' }),
    matrix: { extras: {}, ...objectIn(before['matrix']) },
    data: withFields(objectIn(before['data']), { real_user_id: person, virtual_user_id: ghost, mask, left }),
  };
}

function readAdmin(doc: Doc): AdminRoom | undefined {
  const room = parseRoomId(doc['matrix_id']);
  const person = parseUserId(objectIn(objectIn(doc['matrix'])['extras'])['admin_id']);
  return room && person ? { room, person } : undefined;
}

function writeAdmin({ room, person }: AdminRoom, before: Doc): Doc & { id: string } {
  const matrix = objectIn(before['matrix']);
  return {
    ...before,
    id: `${ADMIN}${person}`,
    matrix_id: room,
    matrix: { ...matrix, extras: withFields(objectIn(matrix['extras']), { admin_id: person }) },
    data: objectIn(before['data']),
  };
}
