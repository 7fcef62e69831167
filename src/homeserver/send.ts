/** Sends a room event so that it comes to be once: one transaction id for all tries, and a look before a blind repeat. */

import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import type { Metrics } from '../metrics/port.js';
import { BridgeError } from '../model/errors.js';
import { parseEventId, type EventId, type RoomId, type UserId } from '../model/ids.js';
import type { JsonObject } from '../model/matrix-content.js';
import type { ClientServer } from './call.js';
import { contentText } from './content.js';
import { NoAnswer, outcomeUnknown } from './matrix-errors.js';
import type { Patience } from './patience.js';
import { readBack } from './read-back.js';
import type { Raw } from './raw.js';

/** One event to be sent. */
export interface Parcel {
  readonly sender: UserId;
  readonly room: RoomId;
  readonly type: string;
  readonly content: JsonObject;
  readonly txnId: string;
  /** It may have been sent in an earlier life. */
  readonly repeat: boolean;
  /** When it can have been sent first, ms; `undefined`: now, or unknown when `repeat`. */
  readonly since: number | undefined;
  /** `origin_server_ts` to be given to it; `undefined`: now. */
  readonly at: number | undefined;
}

/** What sending needs. */
export interface SendParts {
  readonly server: ClientServer;
  readonly patience: Patience;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly poisonMs: number;
}

export class Sender {
  readonly #parts: SendParts;
  /** When any send last succeeded, monotonic ms: that the homeserver stores events at all. */
  #lastSuccess = -Infinity;

  constructor(parts: SendParts) {
    this.#parts = parts;
  }

  /**
   * Sends until the event is there.
   * @throws BridgeError when the homeserver says no for good, or answers 500 to this event alone (H15)
   */
  async send(parcel: Parcel): Promise<EventId> {
    const { clock, patience, poisonMs } = this.#parts;
    const body = contentText(parcel.content, parcel.txnId);
    const since = parcel.since ?? (parcel.repeat ? 0 : clock.now());
    let unsure = parcel.repeat;
    /** Since when (monotonic ms) there were only 500s. */
    let failing = -1;
    const attempt = async (): Promise<EventId> => {
      const begun = clock.elapsed();
      let putting = false;
      try {
        const found = unsure ? await readBack(this.#parts.server, { ...parcel, mark: parcel.txnId, since }) : undefined;
        if (found) return this.#foundBack(parcel, found);
        unsure = false;
        putting = true;
        return await this.#put(parcel, body);
      } catch (fault) {
        if (!(fault instanceof BridgeError)) throw fault;
        if (putting && outcomeUnknown(fault)) unsure = true;
        if (!putting || fault.status !== 500) failing = -1;
        else if (failing < 0) failing = begun;
        else if (clock.elapsed() - failing >= poisonMs) {
          if (await this.#isPoison(parcel, begun)) throw poison(fault);
          failing = clock.elapsed();
        }
        throw fault;
      }
    };
    // The try that decides about poison comes in time, whatever the backoff would be.
    const shorten = (_fault: BridgeError, wait: number): number =>
      failing < 0 ? wait : Math.min(wait, Math.max(1000, failing + poisonMs - clock.elapsed()));
    return patience.through(parcel.sender, attempt, { shorten });
  }

  /** One PUT. */
  async #put(parcel: Pick<Parcel, 'sender' | 'room' | 'type' | 'txnId' | 'at'>, body: string): Promise<EventId> {
    const { room, type, txnId, at } = parcel;
    const path = `/v3/rooms/${encodeURIComponent(room)}/send/${encodeURIComponent(type)}/${encodeURIComponent(txnId)}${at === undefined ? '' : `?ts=${at}`}`;
    const answer = await this.#parts.server.once({ name: 'sendEvent', method: 'PUT', path, body }, parcel.sender);
    const id = eventIdOf(answer);
    this.#lastSuccess = this.#parts.clock.elapsed();
    return id;
  }

  /**
   * Whether other events pass while this one does not. Without other traffic an empty event of a type that no client
   * shows is sent in the same room: else a bridge with one busy room could be stopped for ever by one line.
   */
  async #isPoison(parcel: Parcel, begun: number): Promise<boolean> {
    if (this.#lastSuccess > begun - this.#parts.poisonMs / 2) return true;
    try {
      await this.#put({ ...parcel, type: 'chat.causeway.probe', txnId: `${parcel.txnId}.probe` }, '{}');
      return true;
    } catch (fault) {
      this.#parts.log.debug('probe failed too, the homeserver is ill', { request: parcel.txnId, room: parcel.room, fault });
      return false;
    }
  }

  #foundBack(parcel: Parcel, found: EventId): EventId {
    this.#parts.metrics.count('bridge_matrix_sends_found_back_total');
    this.#parts.log.info('event was there already', { request: parcel.txnId, room: parcel.room, event: found });
    return found;
  }
}

/** The id in the answer to a send; without one the answer is as good as lost. */
export function eventIdOf(answer: Raw): EventId {
  const id = parseEventId(answer['event_id']);
  if (!id) throw new NoAnswer('answer to a send without an event id', true);
  return id;
}

function poison(cause: BridgeError): BridgeError {
  const errcode = cause.errcode === undefined ? {} : { errcode: cause.errcode };
  return new BridgeError('HOMESERVER_BAD_REQUEST', `this event alone is refused: ${cause.message}`, { cause, status: 500, ...errcode });
}
