/** Another account of the demo's homeserver, whose life a visitor plays: made, logged in and out, closed. */

import { randomUUID } from 'node:crypto';
import type { Stage } from './stage.js';
import { aliasOf, CHANNEL } from './stage.js';

/** What the homeserver's client-server API answers; only what is used here. */
interface Answer {
  readonly access_token?: string;
  readonly error?: string;
}

export class Carol {
  private readonly url: string;
  private readonly password = randomUUID();
  private count = 0;
  /** One for each device that is logged in, the newest last. */
  private tokens: string[] = [];

  constructor(url: string) {
    this.url = url;
  }

  /** An account of a new name, in the room of the channel. */
  async registers(): Promise<void> {
    this.count += 1;
    const body = { username: this.name, password: this.password, auth: { type: 'm.login.dummy' } };
    this.tokens = [String((await this.call('/register', body)).access_token)];
    await this.call(`/join/${encodeURIComponent(aliasOf(CHANNEL))}`, {});
  }

  async logsIn(): Promise<void> {
    const body = { type: 'm.login.password', identifier: { type: 'm.id.user', user: this.name }, password: this.password };
    this.tokens.push(String((await this.call('/login', body)).access_token));
  }

  async logsOut(): Promise<void> {
    await this.call('/logout', {});
    this.tokens.pop();
  }

  async deactivates(): Promise<void> {
    await this.call('/account/deactivate', {});
    this.tokens = [];
  }

  private get name(): string {
    return this.count < 2 ? 'carol' : `carol${this.count}`;
  }

  private async call(path: string, body: object): Promise<Answer> {
    const token = this.tokens.at(-1);
    const answer = await fetch(`${this.url}/_matrix/client/v3${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    const reply = (await answer.json()) as Answer;
    if (!answer.ok) throw new Error(`The homeserver refused: ${reply.error ?? String(answer.status)}`);
    return reply;
  }
}

const carols = new WeakMap<Stage, Carol>();

/** The one of this demo. */
export function carolOf(stage: Stage): Carol {
  const carol = carols.get(stage) ?? new Carol(stage.homeserver.url);
  carols.set(stage, carol);
  return carol;
}
