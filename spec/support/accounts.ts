/** The homeserver's word on accounts (MSC3395), pushed by hand to the bridge's listener. */

import type { Bridge } from './bridge.js';
import { Pusher, type PushAnswer } from './push.js';

export interface Told {
  readonly type: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly ts?: number;
}

export const MSC3395 = 'uk.half-shot.msc3395.synthetic_events';

export class Accounts {
  readonly pusher: Pusher;
  private readonly bridge: Bridge;
  /** Each thing told has a time of its own, in the order of telling. */
  private last = 0;

  constructor(bridge: Bridge) {
    this.bridge = bridge;
    this.pusher = new Pusher(bridge);
  }

  registration(user: string, more: Partial<Told> = {}): Told {
    return this.told('m.user.registration', { user_id: user }, more);
  }

  login(user: string, device: string, more: Partial<Told> = {}): Told {
    return this.told('m.user.login', { user_id: user, device_id: device }, more);
  }

  logout(user: string, device: string, more: Partial<Told> = {}): Told {
    return this.told('m.user.logout', { user_id: user, device_id: device, soft_logout: false }, more);
  }

  deactivated(user: string, more: Partial<Told> = {}): Told {
    return this.told('m.user.deactivated', { user_id: user }, more);
  }

  /** Puts them into one transaction, in this order. */
  tell(...told: readonly Told[]): Promise<PushAnswer> {
    return this.push({ events: [], [MSC3395]: told });
  }

  /** Puts a whole transaction; throws unless it is taken. */
  async push(transaction: object, txnId?: string): Promise<PushAnswer> {
    const answer = await this.pusher.raw(JSON.stringify(transaction), txnId);
    if (answer.status !== 200) throw new Error(`not taken: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  }

  /** The bridge's figures. */
  async metrics(): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${this.bridge.port}/metrics`);
    return answer.text();
  }

  end(): void {
    this.pusher.end();
  }

  private told(type: string, content: Told['content'], more: Partial<Told>): Told {
    this.last = Math.max(Date.now(), this.last + 1);
    return { type, content: { ...content, ...more.content }, ts: more.ts ?? this.last, ...(more.type === undefined ? {} : { type: more.type }) };
  }
}
