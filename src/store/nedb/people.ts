/** Settings and records of people, as mairc's documents `{type: "matrix", id, data}` of users.db (DB-4). */

import type { UserId } from '../../model/ids.js';
import { localpartOf, parseUserId } from '../../model/ids.js';
import type { NetworkName } from '../../model/irc-names.js';
import type { Json, JsonObject } from '../../model/matrix-content.js';
import type { ClientSettings, PersonRecord } from '../../model/person.js';
import type { PeopleStore } from '../port.js';
import { objectIn, textIn, withFields } from './doc-fields.js';
import type { Documents } from './documents.js';
import type { Doc } from './file.js';

/** Seen again within this many ms is not written: it would be one write for each message, for a number used in days. */
const SOON = 60_000;

export class NedbPeople implements PeopleStore {
  readonly #users: Documents;
  readonly #activity: Documents;
  readonly #keyOf: (network: NetworkName) => string;

  /** @param keyOf the name of a network in `client_config` */
  constructor(users: Documents, activity: Documents, keyOf: (network: NetworkName) => string) {
    this.#users = users;
    this.#activity = activity;
    this.#keyOf = keyOf;
  }

  async settings(person: UserId, network: NetworkName): Promise<ClientSettings | undefined> {
    const config = objectIn((await this.#data(person))?.['client_config'])[this.#keyOf(network)];
    if (config === undefined) return undefined;
    const { nick, username: ident, password, ipv6 } = objectIn(config);
    return { person, network, ...texts({ nick, ident, password, ipv6 }) };
  }

  saveSettings({ person, network, nick, ident, password, ipv6 }: ClientSettings): Promise<void> {
    const key = this.#keyOf(network);
    return this.#change(person, (data) => {
      // Somebody may have been on his way in while the account was closed.
      if (data['deactivated'] === true) return {};
      const configs = objectIn(data['client_config']);
      const config = withFields(objectIn(configs[key]), { nick, username: ident, password, ipv6 });
      return { client_config: { ...configs, [key]: config } };
    });
  }

  async personOfIdent(network: NetworkName, ident: string): Promise<UserId | undefined> {
    const field = `data.client_config.${this.#keyOf(network)}.username`;
    const [doc] = await this.#users.find({ type: 'matrix', [field]: ident });
    return parseUserId(doc?.['id']);
  }

  async record(person: UserId): Promise<PersonRecord | undefined> {
    const data = await this.#data(person);
    if (!data) return undefined;
    const { last_seen_ts: lastSeen, features, deactivated } = data;
    const flags = Object.entries(objectIn(features)).flatMap(([name, on]) => (typeof on === 'boolean' ? [[name, on]] : []));
    return {
      person,
      ...(typeof lastSeen === 'number' ? { lastSeen } : {}),
      features: Object.fromEntries(flags) as Record<string, boolean>,
      deactivated: deactivated === true,
    };
  }

  saveRecord({ person, lastSeen, features, deactivated }: PersonRecord): Promise<void> {
    return this.#change(person, (data) => {
      const unknown = Object.entries(objectIn(data['features'])).filter(([, value]) => typeof value !== 'boolean');
      const all = { ...Object.fromEntries(unknown), ...features };
      return {
        last_seen_ts: lastSeen,
        features: Object.keys(all).length === 0 ? undefined : all,
        deactivated: deactivated || undefined,
      };
    });
  }

  everybody(): Promise<readonly UserId[]> {
    return Promise.resolve(this.#users.ids('matrix').flatMap((id) => parseUserId(id) ?? []));
  }

  async sawPerson(person: UserId, at: number): Promise<void> {
    const before = (await this.#data(person))?.['last_seen_ts'];
    if (typeof before === 'number' && Math.abs(at - before) < SOON) return;
    await this.#change(person, () => ({ last_seen_ts: at }));
  }

  async forget(person: UserId): Promise<void> {
    await this.#users.change(async () => {
      const [doc] = await this.#users.find({ type: 'matrix', id: person });
      if (!doc) return {};
      if (objectIn(doc['data'])['deactivated'] !== true) return { drop: [doc] };
      const { _id = '' } = doc;
      return { put: [{ _id, ...docOf(person, { localpart: localpartOf(person), deactivated: true }) }] };
    });
    await this.#activity.change(async () => ({ drop: await this.#activity.find({ mxid: person }) }));
  }

  async #data(person: UserId): Promise<JsonObject | undefined> {
    const [doc] = await this.#users.find({ type: 'matrix', id: person });
    return doc && objectIn(doc['data']);
  }

  /** Sets fields of a person's data; those given as `undefined` are taken out. */
  #change(person: UserId, fields: (data: JsonObject) => Readonly<Record<string, Json | undefined>>): Promise<void> {
    return this.#users.change(async () => {
      const [doc = docOf(person, { localpart: localpartOf(person) })] = await this.#users.find({ type: 'matrix', id: person });
      const data = objectIn(doc['data']);
      return { put: [{ ...doc, data: withFields(data, fields(data)) }] };
    });
  }
}

function docOf(person: UserId, data: JsonObject): Doc {
  return { type: 'matrix', id: person, data };
}

/** Those fields that hold a text. */
function texts(fields: Readonly<Record<string, Json | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => {
      const text = textIn(value);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}
