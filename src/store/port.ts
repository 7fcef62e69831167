/** What is remembered for good, as small interfaces. Both engines meet the contract in `test/store/contract.ts`. */

import type { AccountRecord } from '../model/account.js';
import type { FileAddress, Withdrawal } from '../model/file-address.js';
import type { EventPair } from '../model/event-pair.js';
import type { EventId, RoomId, UserId } from '../model/ids.js';
import type { NetworkName } from '../model/irc-names.js';
import type { AuditRow } from '../model/audit-row.js';
import type { LineAside } from '../model/line-aside.js';
import type { AdminRoom, GoneRoom, Link, LinkOrigin, PmRoom, Replacement } from '../model/link.js';
import type { ClientSettings, PersonRecord } from '../model/person.js';

/**
 * Channels joined with rooms. A link is one (network, channel as stored, room): adding it again replaces origin and key.
 * Names are compared to the letter here: folding is the caller's.
 */
export interface LinkStore {
  all(): Promise<readonly Link[]>;
  add(link: Link): Promise<void>;
  remove(link: Pick<Link, 'network' | 'channel' | 'room'>): Promise<void>;
  /** Removes every link of that origin on that network (config links are written anew at each start, ROOM-6). */
  removeOfOrigin(network: NetworkName, origin: LinkOrigin): Promise<void>;
  /** Moves all links of a room to its successor. */
  moveRoom(from: RoomId, to: RoomId): Promise<void>;
}

export interface PmRoomStore {
  all(): Promise<readonly PmRoom[]>;
  add(room: PmRoom): Promise<void>;
  remove(room: RoomId): Promise<void>;
}

export interface AdminRoomStore {
  all(): Promise<readonly AdminRoom[]>;
  add(room: AdminRoom): Promise<void>;
  remove(room: RoomId): Promise<void>;
}

/** What became of rooms: replaced by others (ROOM-17), or gone (H9). */
export interface RoomFateStore {
  replacements(): Promise<readonly Replacement[]>;
  /** Takes the place of the one of the same room. */
  saveReplacement(replacement: Replacement): Promise<void>;
  removeReplacement(from: RoomId): Promise<void>;
  gone(): Promise<readonly GoneRoom[]>;
  addGone(room: GoneRoom): Promise<void>;
  removeGone(room: RoomId): Promise<void>;
}

/** Lines that no room took: bounded, the oldest are forgotten first (H15). */
export interface LineAsideStore {
  /** Takes the place of the one with the same id and room. */
  add(line: LineAside): Promise<void>;
  /** All, oldest first. */
  all(): Promise<readonly LineAside[]>;
  /** Forgets what was said to these people. */
  forget(people: ReadonlySet<UserId>): Promise<void>;
}

/** What was done about accounts: bounded, the oldest is forgotten first (SYN-17). */
export interface AuditTrail {
  /** Never waits, never throws: it is written soon. A kill may lose the last moment. */
  add(row: AuditRow): void;
  /** All, oldest first. */
  all(): Promise<readonly AuditRow[]>;
  /** Forgets these people, on the disk too. Throws `STORE_FAULT`. */
  forget(people: ReadonlySet<UserId>): Promise<void>;
}

export interface PeopleStore {
  settings(person: UserId, network: NetworkName): Promise<ClientSettings | undefined>;
  /** Replaces the settings of that person on that network; of somebody deactivated nothing is kept. */
  saveSettings(settings: ClientSettings): Promise<void>;
  /** Whose ident this is on that network (to keep idents unique, IDENT-1). */
  personOfIdent(network: NetworkName, ident: string): Promise<UserId | undefined>;
  record(person: UserId): Promise<PersonRecord | undefined>;
  saveRecord(record: PersonRecord): Promise<void>;
  /** Everybody of whom anything is kept here, also those deactivated. */
  everybody(): Promise<readonly UserId[]>;
  sawPerson(person: UserId, at: number): Promise<void>;
  /** Forgets settings and record; only the mark of deactivation may stay. */
  forget(person: UserId): Promise<void>;
}

/** The life of accounts as the homeserver tells it (MSC3395): devices as hashes, marks, and where clients were. */
export interface AccountStore {
  account(person: UserId): Promise<AccountRecord | undefined>;
  /** Everybody of whom anything is kept here. */
  everybody(): Promise<readonly UserId[]>;
  /** Replaces what is kept of that person. */
  save(record: AccountRecord): Promise<void>;
  /** Those whose clients are to end, or have ended, and those whose account was ever closed. */
  leaving(): Promise<readonly AccountRecord[]>;
}

export interface CounterStore {
  /** The next number of a counter that only grows, from 1; `scope` as in mairc's `ipv6_counter` (`*` or a homeserver). */
  next(network: NetworkName, scope: string): Promise<number>;
}

/** Addresses for people without accounts (MEDIA-6, 13). */
export interface FileAddressStore {
  file(id: string): Promise<FileAddress | undefined>;
  /** Takes the place of the one with the same id. */
  addFile(address: FileAddress): Promise<void>;
  /** Forgets what is whose by these digests (SYN-10). */
  forgetAuthors(authors: ReadonlySet<string>): Promise<void>;
  withdrawn(): Promise<readonly Withdrawal[]>;
  withdraw(withdrawal: Withdrawal): Promise<void>;
  /** Forgets both where their time was over before `now`, ms since the epoch. */
  forgetBefore(now: number): Promise<void>;
}

/** Which event is which message on IRC (DB-10): bounded by `ircService.eventStore`, the oldest are forgotten first. */
export interface EventStore {
  /** Never waits, never throws: it is written soon. A crash may lose the last moment. */
  add(pair: EventPair): void;
  /** All pairs of an event (several channels, several lines), oldest first. */
  ofEvent(event: EventId): Promise<readonly EventPair[]>;
  /** All pairs of a message of a network (several rooms), oldest first. */
  ofMsgid(network: NetworkName, msgid: string): Promise<readonly EventPair[]>;
  /** What these people said loses nick and name, on the disk too; all pairs of these rooms go. Throws `STORE_FAULT`. */
  forget(people: ReadonlySet<UserId>, rooms: readonly RoomId[]): Promise<void>;
}

export interface Store {
  readonly events: EventStore;
  readonly links: LinkStore;
  readonly pmRooms: PmRoomStore;
  readonly adminRooms: AdminRoomStore;
  readonly people: PeopleStore;
  readonly counters: CounterStore;
  readonly fileAddresses: FileAddressStore;
  readonly accounts: AccountStore;
  readonly roomFates: RoomFateStore;
  readonly linesAside: LineAsideStore;
  readonly audit: AuditTrail;
  /**
   * Leaves nothing on the disk of what was removed or replaced, nor anything about these people in the copies that were
   * set aside (files as first found, faulty lines). Costs a writing of all files.
   */
  scrub(people: readonly UserId[]): Promise<void>;
  close(): Promise<void>;
}
