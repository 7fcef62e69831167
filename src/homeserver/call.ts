/** A client-server call as one of our users: URL, success check, faults. */

import type { Clock } from '../lib/clock.js';
import type { UserId } from '../model/ids.js';
import { faultOf, NoAnswer, type Answer } from './matrix-errors.js';
import { isRaw } from './raw.js';
import type { Raw } from './raw.js';
import type { HomeserverRequests, Method } from './request.js';

/** A call: `name` for metrics, `path` below `root`, already encoded, with its query (or without). */
export interface Call {
  readonly name: string;
  readonly method: Method;
  /** `/_matrix/client` unless told. */
  readonly root?: string;
  readonly path: string;
  /** JSON text. */
  readonly body?: string;
}

export class ClientServer {
  readonly #requests: HomeserverRequests;
  readonly #clock: Clock;
  #reachable = false;

  constructor(requests: HomeserverRequests, clock: Clock) {
    this.#requests = requests;
    this.#clock = clock;
  }

  /** Whether the last call was answered by a homeserver that works. */
  get reachable(): boolean {
    return this.#reachable;
  }

  /**
   * Makes the call once.
   * @param user as whom; without it as the application service's own user
   * @returns the JSON object answered
   * @throws BridgeError for every answer that is not 2xx with a JSON object
   */
  async once(call: Call, user?: UserId): Promise<Raw> {
    const as = user === undefined ? '' : `${call.path.includes('?') ? '&' : '?'}user_id=${encodeURIComponent(user)}`;
    const path = `${call.root ?? '/_matrix/client'}${call.path}${as}`;
    let answer: Answer;
    try {
      answer = await this.#requests.call(call.name, call.method, path, call.body);
    } catch (fault) {
      this.#reachable = false;
      throw fault;
    }
    this.#reachable = answer.status < 500 && answer.status !== 401;
    if (answer.status < 200 || answer.status > 299) throw faultOf(call.name, answer, this.#clock.now());
    // Cut off or garbled on its way: it was obeyed, but what it said is lost.
    if (!isRaw(answer.body)) throw new NoAnswer(`${call.name}: ${answer.status} without a JSON object`, true);
    return answer.body;
  }
}
