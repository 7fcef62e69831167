/** Accounts as documents `{type: "account", id, data}` of accounts.db: a file of its own, which mairc does not have. */

import type { AccountRecord, Device, Ledger, Place } from '../../model/account.js';
import { parseUserId, type UserId } from '../../model/ids.js';
import { asNetworkName, parseChannelName, parseNick } from '../../model/irc-names.js';
import type { Json, JsonObject } from '../../model/matrix-content.js';
import type { AccountStore } from '../port.js';
import { objectIn, textIn, withFields } from './doc-fields.js';
import type { Documents } from './documents.js';
import type { Doc } from './file.js';

export class NedbAccounts implements AccountStore {
  readonly #docs: Documents;

  constructor(docs: Documents) {
    this.#docs = docs;
  }

  async account(person: UserId): Promise<AccountRecord | undefined> {
    const [doc] = await this.#docs.find({ id: person });
    return doc && recordOf(doc);
  }

  everybody(): Promise<readonly UserId[]> {
    return Promise.resolve(this.#docs.ids('account').flatMap((id) => parseUserId(id) ?? []));
  }

  save(record: AccountRecord): Promise<void> {
    const id = record.ledger.person;
    return this.#docs.change(async () => {
      const [{ _id } = {} as Doc] = await this.#docs.find({ id });
      return { put: [{ ...(_id === undefined ? {} : { _id }), type: 'account', id, data: dataOf(record) }] };
    });
  }

  async leaving(): Promise<readonly AccountRecord[]> {
    const all = (await this.#docs.find({})).flatMap((doc) => recordOf(doc) ?? []);
    return all.filter(({ ledger, endsAt, ended }) => endsAt !== undefined || ended !== undefined || ledger.deactivatedAt !== undefined);
  }
}

function dataOf({ ledger, endsAt, ended, places }: AccountRecord): JsonObject {
  const { devices, known, outAt, changedAt, left, registeredAt, deactivatedAt } = ledger;
  const marks = Object.entries<Device>(devices).map(([mark, device]): [string, Json] => [mark, { in: device.in, at: device.at }]);
  return withFields({}, {
    devices: marks.length === 0 ? undefined : Object.fromEntries(marks),
    known: known || undefined,
    out_ts: outAt,
    changed_ts: changedAt,
    left,
    registered_ts: registeredAt,
    deactivated_ts: deactivatedAt,
    ends_ts: endsAt,
    ended,
    places: places.length === 0 ? undefined : places.map(({ network, nick, channels }) => ({ network, nick, channels })),
  });
}

function recordOf(doc: Doc): AccountRecord | undefined {
  const person = parseUserId(doc['id']);
  if (person === undefined) return undefined;
  const data = objectIn(doc['data']);
  const times = { outAt: data['out_ts'], changedAt: data['changed_ts'], registeredAt: data['registered_ts'], deactivatedAt: data['deactivated_ts'] };
  const ledger: Ledger = { person, devices: devicesIn(data['devices']), known: data['known'] === true, ...numbers({ ...times, left: data['left'] }) };
  const { ended } = data;
  const isEnded = ended === 'disconnect' || ended === 'away' ? { ended } as const : {};
  return { ledger, ...numbers({ endsAt: data['ends_ts'] }), ...isEnded, places: placesIn(data['places']) };
}

function devicesIn(value: Json | undefined): Ledger['devices'] {
  const devices = Object.entries(objectIn(value)).flatMap(([mark, device]): [string, Device][] => {
    const { in: isIn, at } = objectIn(device);
    return typeof at === 'number' ? [[mark, { in: isIn === true, at }]] : [];
  });
  return Object.fromEntries(devices);
}

function placesIn(value: Json | undefined): readonly Place[] {
  return (Array.isArray(value) ? (value as readonly Json[]) : []).flatMap((item) => {
    const { network, nick, channels } = objectIn(item);
    const name = textIn(network);
    const parsed = parseNick(nick);
    if (name === undefined || !parsed) return [];
    const list = Array.isArray(channels) ? (channels as readonly Json[]) : [];
    return [{ network: asNetworkName(name), nick: parsed, channels: list.flatMap((channel) => parseChannelName(channel) ?? []) }];
  });
}

/** Those fields that hold a number. */
function numbers<K extends string>(fields: Readonly<Record<K, Json | undefined>>): { readonly [N in K]?: number } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => typeof value === 'number')) as { [N in K]?: number };
}
