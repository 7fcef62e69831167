/** The time in which the journal refuses: for want of room, or because the disk fails. Ends by itself. */

import type { Clock, Timer } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import type { Metrics } from '../metrics/port.js';
import { BridgeError, faultText } from '../model/errors.js';
import { isFullDisk } from './disk.js';

/** How often it is looked whether things are well again. */
const LOOK = 1000;

export class Trouble {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #look: () => void;
  #timer: Timer | undefined;
  #untidy = false;

  /** @param look called each second while there is trouble; it may call `over` */
  constructor(clock: Clock, log: Log, metrics: Metrics, look: () => void) {
    this.#clock = clock;
    this.#log = log;
    this.#metrics = metrics;
    this.#look = look;
  }

  get now(): boolean {
    return this.#timer !== undefined;
  }

  /** A fault of the disk, as what callers get for it. */
  ofDisk(fault: unknown): BridgeError {
    const full = isFullDisk(fault);
    const say = full ? 'no room on the disk of the journal' : `the journal cannot be written: ${faultText(fault)}`;
    return this.#begin(new BridgeError(full ? 'JOURNAL_FULL' : 'JOURNAL_FAULT', say, { cause: fault }));
  }

  /** The journal has all the bytes it may have. */
  ofBound(maxBytes: number): BridgeError {
    const say = `the journal has reached ics.journal.maxBytes (${maxBytes})`;
    return this.#begin(new BridgeError('JOURNAL_FULL', say));
  }

  /** Old segments cannot be taken away. Nothing is lost or refused by it; it is tried again after the next write. */
  untidy(fault: unknown): void {
    if (!this.#untidy) this.#log.warn('journal cannot be tidied', { why: faultText(fault) });
    this.#untidy = true;
  }

  tidied(): void {
    this.#untidy = false;
  }

  over(): void {
    if (this.#timer) this.#log.info('journal takes entries again');
    this.end();
  }

  /** Ends the looking, without a word. */
  end(): void {
    this.#timer?.end();
    this.#timer = undefined;
  }

  #begin(fault: BridgeError): BridgeError {
    this.#metrics.count('bridge_journal_refused_total', { reason: fault.code });
    if (this.#timer) return fault;
    this.#log.error('journal refuses entries', { code: fault.code, why: fault.message });
    this.#timer = this.#clock.every(LOOK, this.#look);
    return fault;
  }
}
