/** Rooms and aliases as the bot sees and makes them. */

import { randomUUID } from 'node:crypto';
import type { Log } from '../lib/log.js';
import { BridgeError, isFault } from '../model/errors.js';
import { parseRoomAlias, parseRoomId, parseUserId, type RoomAlias, type RoomId, type UserId } from '../model/ids.js';
import type { JsonObject } from '../model/matrix-content.js';
import type { Call, ClientServer } from './call.js';
import { contentText, MARK } from './content.js';
import { findCreated } from './created-room.js';
import { NoAnswer, outcomeUnknown } from './matrix-errors.js';
import type { Membership } from './membership.js';
import type { Patience } from './patience.js';
import type { Actor, RoomWish } from './port.js';
import { isRaw, objectIn, textIn, type Raw } from './raw.js';

export interface RoomParts {
  readonly bot: UserId;
  readonly domain: string;
  readonly server: ClientServer;
  readonly patience: Patience;
  readonly membership: Membership;
  readonly log: Log;
}

export class Rooms {
  readonly #parts: RoomParts;
  #defaultVersion: string | undefined;

  constructor(parts: RoomParts) {
    this.#parts = parts;
  }

  /**
   * See `Homeserver.createRoom`. A wished alias that is in use already (a lost answer): the room behind it is given; a
   * wished version that the homeserver does not know: one of its own choice is (H9).
   */
  async create(by: Actor, wish: RoomWish): Promise<RoomId> {
    try {
      return await this.#create(by, wish);
    } catch (fault) {
      const unknown = fault instanceof BridgeError && fault.errcode === 'M_UNSUPPORTED_ROOM_VERSION';
      if (!unknown || wish.roomVersion === undefined) throw fault;
      const { roomVersion: version, ...rest } = wish;
      this.#parts.log.warn('the homeserver does not know the room version wished for, its own is taken', { version });
      return this.#create(by, rest);
    }
  }

  async #create(by: Actor, wish: RoomWish): Promise<RoomId> {
    const mark = randomUUID();
    const body = contentText(await this.#body(by, wish, mark));
    try {
      const room = await this.#createOnce(by.userId, body, wish.aliasLocalpart === undefined ? mark : undefined);
      this.#parts.membership.made(room, by.userId);
      return room;
    } catch (fault) {
      if (!isFault(fault, 'HOMESERVER_IN_USE') || wish.aliasLocalpart === undefined) throw fault;
      const alias = parseRoomAlias(`#${wish.aliasLocalpart}:${this.#parts.domain}`);
      const room = alias && (await this.resolve(alias));
      if (!room) throw fault;
      return room;
    }
  }

  /** @param mark by which to look before a blind repeat; an alias needs none, since it can be taken once only */
  #createOnce(by: UserId, body: string, mark: string | undefined): Promise<RoomId> {
    const { patience, server, bot } = this.#parts;
    const user = by === bot ? undefined : by;
    let unsure = false;
    return patience.through(by, async () => {
      const found = unsure && mark !== undefined ? await findCreated(server, user, mark) : undefined;
      if (found) return found;
      unsure = false;
      try {
        const room = parseRoomId((await server.once({ name: 'createRoom', method: 'POST', path: '/v3/createRoom', body }, user))['room_id']);
        if (!room) throw new NoAnswer('createRoom: answer without a room id', true);
        return room;
      } catch (fault) {
        unsure = fault instanceof BridgeError && outcomeUnknown(fault);
        throw fault;
      }
    });
  }

  async resolve(alias: RoomAlias): Promise<RoomId | undefined> {
    try {
      const answer = await this.#get('resolveAlias', `/v3/directory/room/${encodeURIComponent(alias)}`);
      return parseRoomId(answer['room_id']);
    } catch (fault) {
      if (isFault(fault, 'HOMESERVER_NOT_FOUND')) return undefined;
      throw fault;
    }
  }

  async setAlias(alias: RoomAlias, room: RoomId): Promise<void> {
    const path = `/v3/directory/room/${encodeURIComponent(alias)}`;
    const call = { name: 'setAlias', method: 'PUT', path, body: JSON.stringify({ room_id: room }) } as const;
    try {
      await this.#call(call);
    } catch (fault) {
      if (!isFault(fault, 'HOMESERVER_IN_USE') || (await this.resolve(alias)) !== room) throw fault;
    }
  }

  async joinedMembers(room: RoomId): Promise<readonly UserId[]> {
    const answer = await this.#get('joinedMembers', `/v3/rooms/${encodeURIComponent(room)}/joined_members`);
    return Object.keys(objectIn(answer, 'joined') ?? {}).flatMap((id) => parseUserId(id) ?? []);
  }

  async joinedRooms(): Promise<readonly RoomId[]> {
    const rooms = (await this.#get('joinedRooms', '/v3/joined_rooms'))['joined_rooms'];
    return Array.isArray(rooms) ? (rooms as unknown[]).flatMap((id) => parseRoomId(id) ?? []) : [];
  }

  /** A nicety, so three tries are enough: a remote server that is down must not hold up what somebody said. */
  async displayName(user: UserId, room?: RoomId): Promise<string | undefined> {
    const member = room && `/v3/rooms/${encodeURIComponent(room)}/state/m.room.member/${encodeURIComponent(user)}`;
    return (member && (await this.#name(member))) ?? this.#name(`/v3/profile/${encodeURIComponent(user)}/displayname`);
  }

  /** Content of a state event; `undefined`: there is none, or it cannot be had now. */
  async state(room: RoomId, type: string, stateKey: string): Promise<JsonObject | undefined> {
    const path = `/v3/rooms/${encodeURIComponent(room)}/state/${encodeURIComponent(type)}/${encodeURIComponent(stateKey)}`;
    try {
      const once = (): Promise<Raw> => this.#parts.server.once({ name: 'getState', method: 'GET', path });
      return (await this.#parts.patience.through(this.#parts.bot, once, { tries: 2 })) as JsonObject;
    } catch (fault) {
      if (!(fault instanceof BridgeError) || fault.code === 'STOPPING') throw fault;
      return undefined;
    }
  }

  async #name(path: string): Promise<string | undefined> {
    try {
      const once = (): Promise<Raw> => this.#parts.server.once({ name: 'getDisplayName', method: 'GET', path });
      return textIn(await this.#parts.patience.through(this.#parts.bot, once, { tries: 3 }), 'displayname', 65_536);
    } catch (fault) {
      if (!(fault instanceof BridgeError) || fault.code === 'STOPPING') throw fault;
      return undefined;
    }
  }

  async #body(by: Actor, wish: RoomWish, mark: string): Promise<JsonObject> {
    const levels = wish.powerLevels && (await this.#levels(by.userId, wish.powerLevels, wish.roomVersion));
    return {
      ...(wish.preset === undefined ? { visibility: 'private' } : { preset: wish.preset }),
      ...(wish.aliasLocalpart === undefined ? {} : { room_alias_name: wish.aliasLocalpart }),
      ...(wish.name === undefined ? {} : { name: wish.name }),
      ...(wish.invite === undefined ? {} : { invite: wish.invite }),
      ...(wish.isDirect === undefined ? {} : { is_direct: wish.isDirect }),
      ...(wish.initialState === undefined ? {} : { initial_state: wish.initialState }),
      creation_content: { ...wish.creationContent, [MARK]: mark },
      ...(wish.roomVersion === undefined ? {} : { room_version: wish.roomVersion }),
      ...(levels === undefined ? {} : { power_level_content_override: levels }),
    };
  }

  /**
   * From room version 12 on the creator stands above all levels and must not be listed (400 otherwise); before, a list
   * without the creator would leave him powerless in his own room (ROOM-3).
   */
  async #levels(creator: UserId, levels: JsonObject, version: string | undefined): Promise<JsonObject> {
    const users = levels['users'];
    const { [creator]: own, ...others } = isRaw(users) ? users : {};
    if (creatorIsAboveAll(version ?? (await this.#versionByDefault()))) return { ...levels, users: others };
    return users === undefined ? levels : { ...levels, users: { ...others, [creator]: own ?? 100 } };
  }

  async #versionByDefault(): Promise<string> {
    if (this.#defaultVersion === undefined) {
      const capabilities = objectIn(await this.#get('capabilities', '/v3/capabilities'), 'capabilities') ?? {};
      this.#defaultVersion = textIn(objectIn(capabilities, 'm.room_versions') ?? {}, 'default', 255) ?? '1';
    }
    return this.#defaultVersion;
  }

  #get(name: string, path: string): Promise<Raw> {
    return this.#call({ name, method: 'GET', path });
  }

  #call(call: Call, user: UserId = this.#parts.bot): Promise<Raw> {
    const { patience, server, bot } = this.#parts;
    return patience.through(user, () => server.once(call, user === bot ? undefined : user));
  }
}

/** Versions are opaque; those with a number are compared by it, and MSC4289's own unstable ones begin so. */
function creatorIsAboveAll(version: string): boolean {
  return /^\d{1,4}$/u.test(version) ? Number(version) >= 12 : version.startsWith('org.matrix.hydra');
}
