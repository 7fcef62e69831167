/** Routes of accounts: register, log in and out, whoami, devices, profiles. */

import type { JsonObject } from '../../model/matrix-content.js';
import type { Account } from './accounts.js';
import type { Request, Route } from './answer.js';
import { forbidden, MatrixFault, maybeText, notFound, text, unknown } from './answer.js';
import { checkJson } from './checks.js';
import type { House } from './house.js';
import { isObject, stringOr } from './json.js';
import { changeMembership } from './membership.js';

/** Routes that need no token. */
export function openAccountRoutes(house: House): Record<string, Route> {
  return {
    'POST /register': (request) => register(house, request),
    'GET /login': () => ({ flows: [{ type: 'm.login.password' }, { type: 'm.login.application_service' }] }),
    'POST /login': (request) => logIn(house, request),
    'GET /profile/{}': ({ parts: [user = ''] }) => profile(house, user),
    'GET /profile/{}/{}': ({ parts: [user = '', field = ''] }) => {
      const whole = profile(house, user);
      if (whole[field] === undefined && field !== 'displayname' && field !== 'avatar_url') throw notFound('Profile field not found');
      return whole[field] === undefined ? {} : { [field]: whole[field] };
    },
  };
}

/** Routes that need a token. */
export function accountRoutes(house: House): Record<string, Route> {
  return {
    'GET /account/whoami': ({ who }) => ({
      user_id: who.user,
      is_guest: false,
      ...(who.device === undefined ? {} : { device_id: who.device }),
    }),
    'POST /logout': ({ who }) => {
      house.accounts.logOut(who.token);
      if (who.device !== undefined) house.tellOfAccount('m.user.logout', { user_id: who.user, device_id: who.device, soft_logout: false });
      return {};
    },
    'POST /account/deactivate': ({ who }) => {
      const account = own(house, who.user);
      account.deactivated = true;
      for (const room of house.rooms.values()) {
        if (room.membership(who.user) === 'join') changeMembership(house, room, who.user, who.user, 'leave');
      }
      house.accounts.logOutAll(who.user);
      house.tellOfAccount('m.user.deactivated', { user_id: who.user });
      return { id_server_unbind_result: 'success' };
    },
    'GET /devices': ({ who }) => ({ devices: [...own(house, who.user).devices].map((device) => ({ device_id: device })) }),
    'PUT /devices/{}': ({ parts: [device = ''], who }) => {
      const { devices } = own(house, who.user);
      const isNew = !devices.has(device);
      if (isNew && who.service === undefined) throw notFound('Device not found');
      devices.add(device);
      return { status: isNew ? 201 : 200, reply: {} };
    },
    'PUT /profile/{}/displayname': (request) => setProfile(house, request, 'displayname'),
    'PUT /profile/{}/avatar_url': (request) => setProfile(house, request, 'avatar_url'),
  };
}

function own(house: House, user: string): Account {
  const account = house.accounts.byId.get(user);
  if (account !== undefined) return account;
  // The bot of a service has no account until something is kept of it.
  const made: Account = {
    user, password: undefined, devices: new Set(), displayName: undefined, avatar: undefined, deactivated: false,
  };
  house.accounts.byId.set(user, made);
  return made;
}

function register(house: House, { body, query, who }: Request): JsonObject | { status: number; reply: JsonObject } {
  const { accounts } = house;
  if (query.get('kind') === 'guest') throw forbidden('Guest access is disabled');
  if (body.type === 'm.login.application_service') {
    const service = accounts.services.find(({ asToken }) => asToken === who.token);
    if (service === undefined) throw new MatrixFault(401, 'M_UNKNOWN_TOKEN', 'Invalid access token passed.');
    const account = accounts.registerGhost(service, text(body, 'username'));
    return registered(house, account, body);
  }
  const localpart = maybeText(body, 'username') ?? `u${accounts.byId.size + 1}`;
  const auth = body.auth;
  if (auth === undefined || !isObject(auth)) {
    // Names are judged before the first stage is asked for.
    accounts.checkPerson(localpart);
    return { status: 401, reply: { session: 'sandbox', flows: [{ stages: ['m.login.dummy'] }], params: {} } };
  }
  if (auth.type !== 'm.login.dummy') throw forbidden('Unknown authentication stage');
  const account = accounts.registerPerson(localpart, maybeText(body, 'password'));
  house.tellOfAccount('m.user.registration', { user_id: account.user });
  return registered(house, account, body);
}

function registered(house: House, account: Account, body: JsonObject): JsonObject {
  const seen = { user_id: account.user, home_server: house.serverName };
  if (body.inhibit_login === true) return seen;
  const { token, device } = house.accounts.logIn(account, maybeText(body, 'device_id'));
  if (account.password !== undefined) house.tellOfAccount('m.user.login', { user_id: account.user, device_id: device });
  return { ...seen, access_token: token, device_id: device };
}

function logIn(house: House, { body, who }: Request): JsonObject {
  const { accounts } = house;
  const identifier = isObject(body.identifier ?? null) ? (body.identifier as JsonObject) : {};
  const name = maybeText(identifier, 'user') ?? maybeText(body, 'user') ?? '';
  const account = accounts.byId.get(name.startsWith('@') ? name : `@${name}:${house.serverName}`);
  if (body.type === 'm.login.application_service') {
    if (!accounts.services.some(({ asToken }) => asToken === who.token)) throw new MatrixFault(401, 'M_MISSING_TOKEN', 'Missing access token');
    if (account === undefined) throw forbidden('Invalid login submission');
  } else if (body.type !== 'm.login.password') throw unknown(`Unknown login type ${stringOr(body.type, '')}`);
  else if (account?.password === undefined || account.deactivated || account.password !== body.password) {
    throw forbidden('Invalid username or password');
  }
  return registered(house, account, body);
}

function profile(house: House, user: string): JsonObject {
  const account = house.accounts.byId.get(user);
  if (account === undefined) throw notFound('Profile was not found');
  return {
    ...(account.displayName === undefined ? {} : { displayname: account.displayName }),
    ...(account.avatar === undefined ? {} : { avatar_url: account.avatar }),
  };
}

function setProfile(house: House, { parts: [user = ''], who, body }: Request, field: 'displayname' | 'avatar_url'): JsonObject {
  if (user !== who.user) throw forbidden(`Cannot set another user's ${field}`);
  const value = text(body, field);
  checkJson(value);
  if (field === 'displayname' && value.length > 256) throw unknown('Displayname is too long (max 256)');
  const account = own(house, user);
  if (field === 'displayname') account.displayName = value === '' ? undefined : value;
  else account.avatar = value === '' ? undefined : value;
  for (const room of house.rooms.values()) {
    if (room.membership(user) === 'join') changeMembership(house, room, user, user, 'join');
  }
  return {};
}
