/** Routes of aliases and of the room directory, and the ping of application services. */

import type { JsonObject } from '../../model/matrix-content.js';
import type { Request, Route } from './answer.js';
import { forbidden, MatrixFault, maybeText, notFound, text, unknown } from './answer.js';
import { checkAlias } from './checks.js';
import { checkMayOwnAlias } from './create-room.js';
import type { House } from './house.js';
import { resolveAlias } from './membership.js';

/** Routes that need no token. */
export function openDirectoryRoutes(house: House): Record<string, Route> {
  return {
    'GET /directory/room/{}': async ({ parts: [alias = ''] }) => ({
      room_id: await resolveAlias(house, alias),
      servers: [house.serverName],
    }),
    'GET /publicRooms': () => {
      const chunk = [...house.published].map((id) => {
        const room = house.rooms.get(id);
        return { room_id: id, num_joined_members: room?.joined().length ?? 0, name: room?.state('m.room.name')?.name ?? null };
      });
      return { chunk, total_room_count_estimate: chunk.length };
    },
  };
}

/** Routes that need a token. */
export function directoryRoutes(house: House): Record<string, Route> {
  const publish = (id: string, visibility: string): JsonObject => {
    if (!house.rooms.has(id)) throw notFound('Unknown room');
    if (visibility === 'public') house.published.add(id);
    else house.published.delete(id);
    return {};
  };
  return {
    'PUT /directory/room/{}': ({ parts: [alias = ''], who, body }) => {
      checkAlias(alias);
      const id = text(body, 'room_id');
      checkMayOwnAlias(house, who.service, alias);
      if (!alias.endsWith(`:${house.serverName}`)) throw unknown('Room alias must be local');
      if (house.aliases.has(alias)) throw new MatrixFault(409, 'M_UNKNOWN', `Room alias ${alias} already exists`);
      const room = house.rooms.get(id);
      if (room === undefined) throw unknown('Room does not exist');
      if (who.service === undefined && room.membership(who.user) !== 'join') {
        throw forbidden('You must be in the room to create an alias for it');
      }
      house.aliases.set(alias, id);
      return {};
    },
    'DELETE /directory/room/{}': ({ parts: [alias = ''], who }) => {
      if (!house.aliases.has(alias)) throw notFound(`Room alias ${alias} not found`);
      checkMayOwnAlias(house, who.service, alias);
      house.aliases.delete(alias);
      return {};
    },
    'GET /rooms/{}/aliases': ({ parts: [id = ''] }) => ({
      aliases: [...house.aliases].filter(([, room]) => room === id).map(([alias]) => alias),
    }),
    'GET /directory/list/room/{}': ({ parts: [id = ''] }) => ({ visibility: house.published.has(id) ? 'public' : 'private' }),
    'PUT /directory/list/room/{}': ({ parts: [id = ''], body }) => {
      if (!house.allowPublishing) throw forbidden('Not allowed to publish room');
      return publish(id, maybeText(body, 'visibility') ?? 'public');
    },
    'PUT /directory/list/appservice/{}/{}': ({ parts: [, id = ''], who, body }) => {
      if (who.service === undefined) throw forbidden('Only appservices can edit the appservice published room list');
      return publish(id, text(body, 'visibility'));
    },
    'POST /appservice/{}/ping': (request) => ping(house, request),
  };
}

/** Calls the service's own ping; a good answer makes Synapse try at once what it holds back (synapse#18521). */
async function ping(house: House, { parts: [id = ''], who, body }: Request): Promise<JsonObject> {
  const { service } = who;
  if (service === undefined) throw forbidden('Only application services can use the /appservice/ping endpoint');
  if (service.id !== id) throw forbidden('Mismatching application service ID in path');
  if (service.url === undefined) throw new MatrixFault(400, 'M_URL_NOT_SET', 'The application service does not have a URL set');
  const transaction = maybeText(body, 'transaction_id');
  const begun = house.clock.elapsed();
  let answer;
  try {
    answer = await fetch(`${service.url}/_matrix/app/v1/ping`, {
      method: 'POST',
      headers: { authorization: `Bearer ${service.hsToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(transaction === undefined ? {} : { transaction_id: transaction }),
      signal: AbortSignal.timeout(60_000),
    });
  } catch (fault) {
    throw new MatrixFault(502, 'M_CONNECTION_FAILED', fault instanceof Error ? fault.message : 'connection failed');
  }
  const reply = await answer.text();
  if (!answer.ok) throw new MatrixFault(502, 'M_BAD_STATUS', `HTTP ${answer.status}`, { status: answer.status, body: reply });
  house.senders.get(service)?.retryNow();
  return { duration_ms: Math.round(house.clock.elapsed() - begun) };
}
