/** Links and people in memory, behind the store's ports. */

import type { AccountRecord } from '../../src/model/account.js';
import type { EventPair } from '../../src/model/event-pair.js';
import type { RoomId, UserId } from '../../src/model/ids.js';
import type { NetworkName } from '../../src/model/irc-names.js';
import type { LineAside } from '../../src/model/line-aside.js';
import type { AdminRoom, GoneRoom, Link, LinkOrigin, PmRoom, Replacement } from '../../src/model/link.js';
import type { ClientSettings, PersonRecord } from '../../src/model/person.js';
import type { AccountStore, AdminRoomStore, EventStore, LineAsideStore, LinkStore, PeopleStore, PmRoomStore, RoomFateStore } from '../../src/store/port.js';

type Key = Pick<Link, 'network' | 'channel' | 'room'>;
const same = (one: Key, other: Key): boolean =>
  one.network === other.network && one.channel === other.channel && one.room === other.room;

export class MemoryLinks implements LinkStore {
  links: Link[];

  constructor(...links: Link[]) {
    this.links = links;
  }

  async all(): Promise<readonly Link[]> {
    return [...this.links];
  }

  async add(link: Link): Promise<void> {
    await this.remove(link);
    this.links.push(link);
  }

  async remove(link: Key): Promise<void> {
    await Promise.resolve();
    this.links = this.links.filter((other) => !same(link, other));
  }

  async removeOfOrigin(network: NetworkName, origin: LinkOrigin): Promise<void> {
    await Promise.resolve();
    this.links = this.links.filter((link) => link.network !== network || link.origin !== origin);
  }

  async moveRoom(from: RoomId, to: RoomId): Promise<void> {
    this.links = this.links.map((link) => (link.room === from ? { ...link, room: to } : link));
  }
}

export class MemoryPeople implements PeopleStore {
  readonly settingsOf = new Map<string, ClientSettings>();
  readonly records = new Map<UserId, PersonRecord>();

  async settings(person: UserId, network: NetworkName): Promise<ClientSettings | undefined> {
    return this.settingsOf.get(`${network} ${person}`);
  }

  async saveSettings(settings: ClientSettings): Promise<void> {
    await Promise.resolve();
    if (this.records.get(settings.person)?.deactivated) return;
    this.settingsOf.set(`${settings.network} ${settings.person}`, settings);
  }

  async personOfIdent(network: NetworkName, ident: string): Promise<UserId | undefined> {
    await Promise.resolve();
    return [...this.settingsOf.values()].find((each) => each.network === network && each.ident === ident)?.person;
  }

  async record(person: UserId): Promise<PersonRecord | undefined> {
    return this.records.get(person);
  }

  async saveRecord(record: PersonRecord): Promise<void> {
    this.records.set(record.person, record);
  }

  async everybody(): Promise<readonly UserId[]> {
    return [...new Set([...this.records.keys(), ...[...this.settingsOf.values()].map(({ person }) => person)])];
  }

  async sawPerson(person: UserId, at: number): Promise<void> {
    const record = this.records.get(person) ?? { person, features: {}, deactivated: false };
    this.records.set(person, { ...record, lastSeen: at });
  }

  async forget(person: UserId): Promise<void> {
    if (this.records.get(person)?.deactivated) this.records.set(person, { person, features: {}, deactivated: true });
    else this.records.delete(person);
    for (const [key, settings] of this.settingsOf) if (settings.person === person) this.settingsOf.delete(key);
  }
}

/** Rooms of a kind in memory; a new room of a person (and ghost) takes the place of the old one. */
class MemoryRooms<T extends { readonly room: RoomId }> {
  rooms: T[] = [];
  readonly #keyOf: (room: T) => string;

  constructor(keyOf: (room: T) => string) {
    this.#keyOf = keyOf;
  }

  async all(): Promise<readonly T[]> {
    return [...this.rooms];
  }

  async add(room: T): Promise<void> {
    await Promise.resolve();
    this.rooms = [...this.rooms.filter((other) => this.#keyOf(other) !== this.#keyOf(room)), room];
  }

  async remove(room: RoomId): Promise<void> {
    await Promise.resolve();
    this.rooms = this.rooms.filter((other) => other.room !== room);
  }
}

export class MemoryPmRooms extends MemoryRooms<PmRoom> implements PmRoomStore {
  constructor() {
    super(({ person, ghost }) => `${person} ${ghost}`);
  }
}

export class MemoryAdminRooms extends MemoryRooms<AdminRoom> implements AdminRoomStore {
  constructor() {
    super(({ person }) => person);
  }
}

export class MemoryAccounts implements AccountStore {
  readonly records = new Map<UserId, AccountRecord>();

  async account(person: UserId): Promise<AccountRecord | undefined> {
    return this.records.get(person);
  }

  async everybody(): Promise<readonly UserId[]> {
    return [...this.records.keys()];
  }

  async save(record: AccountRecord): Promise<void> {
    await Promise.resolve();
    this.records.set(record.ledger.person, record);
  }

  async leaving(): Promise<readonly AccountRecord[]> {
    return [...this.records.values()].filter(({ ledger, endsAt, ended }) => endsAt !== undefined || ended !== undefined || ledger.deactivatedAt !== undefined);
  }
}

/** Pairs in memory, all of them for ever. */
export class MemoryEvents implements EventStore {
  pairs: EventPair[] = [];

  add(pair: EventPair): void {
    this.pairs.push(pair);
  }

  async ofEvent(event: string): Promise<readonly EventPair[]> {
    return this.pairs.filter((pair) => pair.event === event);
  }

  async forget(people: ReadonlySet<UserId>, rooms: readonly RoomId[]): Promise<void> {
    this.pairs = this.pairs.filter(({ room, author }) => !(author !== undefined && people.has(author)) && !rooms.includes(room));
  }

  async ofMsgid(network: string, msgid: string): Promise<readonly EventPair[]> {
    return this.pairs.filter((pair) => pair.network === network && pair.msgid === msgid);
  }
}

/** What became of rooms, in memory. */
export class MemoryRoomFates implements RoomFateStore {
  readonly replaced = new Map<RoomId, Replacement>();
  readonly goneRooms = new Map<RoomId, GoneRoom>();

  async replacements(): Promise<readonly Replacement[]> {
    return [...this.replaced.values()];
  }

  async saveReplacement(replacement: Replacement): Promise<void> {
    await Promise.resolve();
    this.replaced.set(replacement.from, replacement);
  }

  async removeReplacement(from: RoomId): Promise<void> {
    await Promise.resolve();
    this.replaced.delete(from);
  }

  async gone(): Promise<readonly GoneRoom[]> {
    return [...this.goneRooms.values()];
  }

  async addGone(room: GoneRoom): Promise<void> {
    await Promise.resolve();
    this.goneRooms.set(room.room, room);
  }

  async removeGone(room: RoomId): Promise<void> {
    await Promise.resolve();
    this.goneRooms.delete(room);
  }
}

/** Lines set aside, in memory, all of them for ever. */
export class MemoryLinesAside implements LineAsideStore {
  lines: LineAside[] = [];

  async add(line: LineAside): Promise<void> {
    await Promise.resolve();
    this.lines.push(line);
  }

  async all(): Promise<readonly LineAside[]> {
    return [...this.lines];
  }

  async forget(people: ReadonlySet<UserId>): Promise<void> {
    await Promise.resolve();
    this.lines = this.lines.filter(({ person }) => person === undefined || !people.has(person));
  }
}
