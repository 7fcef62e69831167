/** What the debug API tells of people's connections, and how it ends them (DBG-1, DBG-3, DBG-7). */

import type { IrcNetwork, VirtualClient } from '../irc/port.js';
import { type Log, requestOf } from '../lib/log.js';
import { parseUserId, type UserId } from '../model/ids.js';
import { asNetworkName, type NetworkName } from '../model/irc-names.js';
import type { PeopleStore } from '../store/port.js';
import { type Answer, type Asked, json, objectOf, type Route, text } from './debug-answer.js';

export interface DebugPeopleNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'clientOf' | 'standingOf' | 'people'>>;
  readonly people: Pick<PeopleStore, 'record' | 'saveRecord'>;
  readonly log: Log;
}

const USER = /^\/irc\/([^/]+)\/user\/([^/]+)$/u;
/** Of a pattern for ids, which are shorter. */
const MOST_PATTERN = 255;

/** Gives what stands at a path; `undefined`: nothing of it here. */
export function makePeopleRoutes({ networks, people, log }: DebugPeopleNeeds): (path: string) => Route | undefined {
  const show = (domain: string, user: string): Answer => {
    const network = networks.get(asNetworkName(domain));
    if (!network) return text(400, `There is no network ${domain} here. There are: ${[...networks.keys()].join(', ')}.`);
    const person = parseUserId(user);
    if (!person) return text(400, `${user} is no user id.`);
    const client = network.clientOf(person);
    return text(200, client ? dump(client, network.standingOf(person)) : `${person} has no client on ${domain}.`);
  };

  /** Ends all his clients; where wanted he is let in no more, until a registration says that the account is new. */
  const kill = async ({ body, request }: Asked): Promise<Answer> => {
    const { user_id: id, reason, deactivate } = objectOf(body) ?? {};
    const person = parseUserId(id);
    if (!person || typeof reason !== 'string' || reason === '') return text(400, 'It needs {"user_id": …, "reason": …}.');
    if (deactivate === true) {
      const record = (await people.record(person)) ?? { person, features: {} };
      await people.saveRecord({ ...record, deactivated: true });
    }
    const clients = [...networks.values()].flatMap((network) => network.clientOf(person) ?? []);
    log.info('person put off IRC by hand', { request: requestOf(request), person, clients: clients.length, deactivate: deactivate === true });
    if (clients.length === 0 && deactivate !== true) return text(404, `${person} has no client.`);
    await Promise.all(clients.map((client) => client.end(reason)));
    return json(null);
  };

  const inspect = ({ query }: Asked): Answer => {
    const pattern = patternOf(query.get('regex') ?? '.*');
    if (!pattern) return text(400, 'That is no regular expression.');
    const users: Record<UserId, unknown[]> = {};
    for (const [server, network] of networks) {
      for (const person of network.people.filter((each) => pattern.test(each))) {
        const client = network.clientOf(person);
        if (!client) continue;
        const { channels, nick, status } = client;
        (users[person] ??= []).push({ channels, dead: status === 'ended', server, nick });
      }
    }
    return json({ users });
  };

  return (path) => {
    if (path === '/killUser') return { method: 'POST', take: kill };
    if (path === '/inspectUsers') return { method: 'GET', take: inspect };
    const [, domain = '', user = ''] = USER.exec(path) ?? [];
    return domain === '' ? undefined : { method: 'GET', take: () => show(decoded(domain), decoded(user)) };
  };
}

/** All there is to tell of a client; passwords are none of it. */
function dump(client: VirtualClient, standing: ReturnType<IrcNetwork['standingOf']>): string {
  const facts = {
    person: client.id.owner,
    network: client.id.network,
    status: client.status,
    nick: client.nick,
    wish: client.wish,
    modes: standing?.modes,
    account: standing?.account,
    channels: client.channels.map((channel) => (client.inChannel(channel) ? channel : `${channel} (not in it now)`)).join(' '),
  };
  return Object.entries(facts).map(([name, value]) => `${name}: ${value ?? ''}`).join('\n');
}

function patternOf(source: string): RegExp | undefined {
  try {
    return source.length > MOST_PATTERN ? undefined : new RegExp(source, 'u');
  } catch {
    // Told to the asker.
    return undefined;
  }
}

/** As it stands, where it cannot be decoded: then nobody is called so. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // What it was to be, nobody can say.
    return part;
  }
}
