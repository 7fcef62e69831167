/** Users, their tokens, devices and profiles. */

import { randomBytes } from 'node:crypto';
import type { Appservice } from './appservice.js';
import { mayActAs, owns } from './appservice.js';
import type { Requester } from './answer.js';
import { forbidden, MatrixFault } from './answer.js';

export interface Account {
  readonly user: string;
  readonly password: string | undefined;
  readonly devices: Set<string>;
  displayName: string | undefined;
  avatar: string | undefined;
  deactivated: boolean;
}

export class Accounts {
  readonly services: Appservice[] = [];
  readonly byId = new Map<string, Account>();
  private readonly tokens = new Map<string, { readonly user: string; readonly device: string }>();
  private readonly serverName: string;

  constructor(serverName: string) {
    this.serverName = serverName;
  }

  /** Who a token and the query's `user_id` and `device_id` stand for. Refuses as Synapse does. */
  requester(token: string | undefined, query: URLSearchParams): Requester {
    if (token === undefined || token === '') throw new MatrixFault(401, 'M_MISSING_TOKEN', 'Missing access token');
    const service = this.services.find(({ asToken }) => asToken === token);
    if (service !== undefined) return this.actor(service, token, query);
    const known = this.tokens.get(token);
    if (known === undefined) {
      throw new MatrixFault(401, 'M_UNKNOWN_TOKEN', 'Invalid access token passed.', { soft_logout: false });
    }
    return { user: known.user, device: known.device, service: undefined, token };
  }

  private actor(service: Appservice, token: string, query: URLSearchParams): Requester {
    const user = query.get('user_id') ?? service.sender;
    if (!mayActAs(service, user)) throw forbidden(`Application service cannot masquerade as this user (${user}).`);
    if (user !== service.sender && !this.byId.has(user)) {
      throw forbidden(`Application service has not registered this user (${user})`);
    }
    const device = query.get('device_id') ?? undefined;
    if (device !== undefined && this.byId.get(user)?.devices.has(device) !== true) {
      throw new MatrixFault(400, 'M_UNKNOWN_DEVICE', `Application service trying to use a device that doesn't exist ('${device}' for ${user})`);
    }
    return { user, device, service, token };
  }

  /** Makes a person's account; refuses bad names, reserved ones and taken ones. */
  registerPerson(localpart: string, password: string | undefined): Account {
    return this.add(this.checkPerson(localpart), localpart, password);
  }

  /** The id that a person of this name would have; refuses bad names, reserved ones and taken ones. */
  checkPerson(localpart: string): string {
    if (!/^[a-z0-9._=/+-]+$/u.test(localpart)) {
      throw new MatrixFault(400, 'M_INVALID_USERNAME', "User ID can only contain characters a-z, 0-9, or '_-./=+'");
    }
    const user = `@${localpart}:${this.serverName}`;
    if (this.services.some((service) => service.sender === user || owns(service.users, user))) {
      throw new MatrixFault(400, 'M_EXCLUSIVE', 'This user ID is reserved by an application service.');
    }
    if (this.byId.has(user)) throw new MatrixFault(400, 'M_USER_IN_USE', 'User ID already taken.');
    return user;
  }

  /** Makes a ghost's account; refuses what is outside the service's namespaces. */
  registerGhost(service: Appservice, localpart: string): Account {
    const user = `@${localpart}:${this.serverName}`;
    if (!mayActAs(service, user)) {
      throw new MatrixFault(400, 'M_EXCLUSIVE', 'Invalid user localpart for this application service.');
    }
    if (this.services.some((other) => other !== service && owns(other.users, user))) {
      throw new MatrixFault(400, 'M_EXCLUSIVE', 'This user ID is reserved by an application service.');
    }
    return this.add(user, localpart, undefined);
  }

  private add(user: string, localpart: string, password: string | undefined): Account {
    if (Buffer.byteLength(user) > 255) throw new MatrixFault(400, 'M_INVALID_USERNAME', 'User ID may not be longer than 255 characters');
    if (this.byId.has(user)) throw new MatrixFault(400, 'M_USER_IN_USE', 'User ID already taken.');
    const account: Account = {
      user, password, devices: new Set(), displayName: localpart, avatar: undefined, deactivated: false,
    };
    this.byId.set(user, account);
    return account;
  }

  logIn(account: Account, device = randomBytes(5).toString('hex').toUpperCase()): { token: string; device: string } {
    const token = `syt_${randomBytes(18).toString('base64url')}`;
    account.devices.add(device);
    this.tokens.set(token, { user: account.user, device });
    return { token, device };
  }

  logOut(token: string): void {
    const known = this.tokens.get(token);
    this.tokens.delete(token);
    if (known !== undefined) this.byId.get(known.user)?.devices.delete(known.device);
  }

  logOutAll(user: string): void {
    for (const [token, known] of this.tokens) if (known.user === user) this.logOut(token);
  }
}
