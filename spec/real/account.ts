/** An account on a real homeserver and its devices, through the ordinary client-server API. */

import { MatrixPerson } from '../support/people.js';
import type { World } from '../support/world.js';

const PASSWORD = 'a long and secret one';

export class Account {
  readonly userId: string;
  /** The device that registering made, when it did. */
  readonly first: MatrixPerson | undefined;
  private readonly url: string;
  private readonly devices: MatrixPerson[] = [];

  private constructor(url: string, userId: string, token: unknown) {
    this.url = url;
    this.userId = userId;
    this.first = typeof token === 'string' ? this.on(token) : undefined;
  }

  /** Registers an account; with `login` that logs in as well, on the device `FIRST`. */
  static async registers({ homeserverUrl }: World, name: string, login: boolean): Promise<Account> {
    const more = login ? { device_id: 'FIRST' } : { inhibit_login: true };
    const body = { username: name, password: PASSWORD, auth: { type: 'm.login.dummy' }, ...more };
    const answer = await post(homeserverUrl, '/register', body);
    return new Account(homeserverUrl, String(answer['user_id']), answer['access_token']);
  }

  /** Logs in on a device, and listens there. */
  async logsIn(device: string): Promise<MatrixPerson> {
    const body = { type: 'm.login.password', device_id: device, ...this.proof() };
    return this.on(String((await post(this.url, '/login', body))['access_token']));
  }

  async logsOut(device: MatrixPerson): Promise<void> {
    await device.rests();
    await device.call('POST', '/logout', {});
  }

  /** Closes the account for good, from one of its devices. */
  async deactivates(device: MatrixPerson): Promise<void> {
    await device.call('POST', '/account/deactivate', { auth: { type: 'm.login.password', ...this.proof() } });
  }

  /** Listens no longer, on any device. */
  async rests(): Promise<void> {
    await Promise.all(this.devices.map((device) => device.rests()));
  }

  private proof(): object {
    return { identifier: { type: 'm.id.user', user: this.userId }, password: PASSWORD };
  }

  private on(token: string): MatrixPerson {
    const device = MatrixPerson.withToken(this.url, this.userId, token);
    this.devices.push(device);
    return device;
  }
}

async function post(url: string, path: string, body: object): Promise<Record<string, unknown>> {
  const headers = { 'content-type': 'application/json' };
  const wish = { method: 'POST', headers, body: JSON.stringify(body) };
  const answer = await fetch(`${url}/_matrix/client/v3${path}`, wish);
  const said = (await answer.json()) as Record<string, unknown>;
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${JSON.stringify(said)}`);
  return said;
}
