/** An application service: what its registration gives it, and what the homeserver asks of it. */

import { load } from 'js-yaml';
import type { Json, JsonObject } from '../../model/matrix-content.js';
import { isObject, list } from './json.js';

interface Namespace {
  readonly exclusive: boolean;
  readonly regex: RegExp;
}

export interface Appservice {
  readonly id: string;
  readonly url: string | undefined;
  readonly asToken: string;
  readonly hsToken: string;
  /** The bot's whole user id. */
  readonly sender: string;
  readonly users: readonly Namespace[];
  readonly aliases: readonly Namespace[];
  readonly rooms: readonly Namespace[];
  /** Types of synthetic user events that it asks for (MSC3395), from the root of its file. */
  readonly synthetic: ReadonlySet<string>;
}

/** Reads a registration file's text. Throws on one that a homeserver would not start with. */
export function registrationFrom(yaml: string, serverName: string): Appservice {
  const file = load(yaml) as Json;
  if (!isObject(file)) throw new Error('registration: not a mapping');
  const need = (key: string): string => {
    const value = file[key];
    if (typeof value !== 'string' || value === '') throw new Error(`registration: ${key} is missing`);
    return value;
  };
  const asked = file['m.synthetic_events'];
  const spaces = isObject(file.namespaces ?? null) ? (file.namespaces as JsonObject) : {};
  return {
    id: need('id'),
    url: typeof file.url === 'string' && file.url !== '' ? file.url.replace(/\/$/u, '') : undefined,
    asToken: need('as_token'),
    hsToken: need('hs_token'),
    sender: `@${need('sender_localpart')}:${serverName}`,
    users: namespaces(spaces.users),
    aliases: namespaces(spaces.aliases),
    rooms: namespaces(spaces.rooms),
    synthetic: new Set(list(isObject(asked ?? null) ? (asked as JsonObject).events : undefined).filter((type) => typeof type === 'string')),
  };
}

function namespaces(value: Json | undefined): Namespace[] {
  return list(value).map((item) => {
    if (!isObject(item) || typeof item.regex !== 'string' || typeof item.exclusive !== 'boolean') {
      throw new Error('registration: a namespace needs regex and exclusive');
    }
    // Synapse matches from the start, and does not ask for the end.
    return { exclusive: item.exclusive, regex: new RegExp(`^(?:${item.regex})`, 'u') };
  });
}

export function covers(spaces: readonly Namespace[], name: string): boolean {
  return spaces.some(({ regex }) => regex.test(name));
}

export function owns(spaces: readonly Namespace[], name: string): boolean {
  return spaces.some(({ regex, exclusive }) => exclusive && regex.test(name));
}

/** Whether the service may act as the user. */
export function mayActAs(service: Appservice, user: string): boolean {
  return user === service.sender || covers(service.users, user);
}

/** Asks `GET /_matrix/app/v1/{rooms|users}/{name}`; true for an answer of 2xx. */
export async function ask(service: Appservice, kind: 'rooms' | 'users', name: string, timeoutMs = 60_000): Promise<boolean> {
  if (service.url === undefined) return false;
  try {
    const answer = await fetch(`${service.url}/_matrix/app/v1/${kind}/${encodeURIComponent(name)}`, {
      headers: { authorization: `Bearer ${service.hsToken}` },
      signal: AbortSignal.timeout(timeoutMs),
    });
    await answer.arrayBuffer();
    return answer.ok;
  } catch (fault) {
    // Down, reset or late: for the asker the thing does not exist, as with Synapse.
    if (fault instanceof Error) return false;
    throw fault;
  }
}
