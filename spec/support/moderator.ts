/** Makes people moderators of a room of the bridge's, by the bot's own token. */

import { asToken } from './push.js';
import type { Bridge } from './bridge.js';
import type { MatrixPerson } from './people.js';

/** The bot, to act in its name. */
export async function theBot(bridge: Bridge, url: string): Promise<{ readonly userId: string; call(method: string, path: string, body?: object): Promise<Record<string, unknown>> }> {
  const call = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const init = { method, headers: { authorization: `Bearer ${asToken(bridge)}` }, ...(body ? { body: JSON.stringify(body) } : {}) };
    const answer = await fetch(`${url}/_matrix/client/v3${path}`, init);
    const said = (await answer.json()) as Record<string, unknown>;
    if (!answer.ok) throw new Error(`the bot was refused ${method} ${path}: ${answer.status} ${JSON.stringify(said)}`);
    return said;
  };
  return { userId: String((await call('GET', '/account/whoami'))['user_id']), call };
}

/** From now on this person may delete what others say. */
export async function moderates(person: MatrixPerson, room: string, bridge: Bridge): Promise<void> {
  const bot = await theBot(bridge, person.url);
  const path = `/rooms/${encodeURIComponent(room)}/state/m.room.power_levels`;
  const levels = await bot.call('GET', path);
  await bot.call('PUT', path, { ...levels, users: { ...(levels['users'] as object), [person.userId]: 50 } });
}
