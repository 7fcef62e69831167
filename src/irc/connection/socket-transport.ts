/** The irc-framework transport over our own socket: filters lines, cleans what goes out, lets no line throw past it. */

import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Clock, Timer } from '../../lib/clock.js';
import { BridgeError } from '../../model/errors.js';
import { cleanLine } from '../wire/clean-line.js';
import { lineDecoder, type DecodeLine } from '../wire/decode-line.js';
import type { LineVerdict } from '../listeners/line-filter.js';
import type { Handed } from './outbox.js';
import { REST_MS, type Rests } from './rests.js';
import { dial, peerFault, type Address } from './socket.js';
import { LineSplitter } from '../wire/split-lines.js';
import { WriteGate } from './write-gate.js';

/** Who wrote within so many ms does not rest, nor who has so much to read that it lags behind. */
const ANSWER_MS = 5_000;
const MOST_REST_BYTES = 32_768;

/** What one connection needs; all but the address is asked while it lives. */
export interface WireOptions extends Address {
  readonly clock: Clock;
  /** For TCP, TLS and certificate together, in ms. */
  readonly connectTimeoutMs: number;
  /** A write without any progress for so long ends the connection, in ms (R3: 60,000). */
  readonly writeTimeoutMs: number;
  /** Encoding of lines that are not UTF-8 (see `knownEncoding`). */
  readonly encodingFallback?: string;
  /** Whether a line is to be parsed; asked before it is decoded. All pass without it. */
  readonly verdict?: (buf: Buffer, start: number, end: number) => LineVerdict;
  /** What a line threw on its way (L13), with its first 100 characters; the connection goes on. */
  readonly onFault: (fault: unknown, linePreview: string) => void;
  /** Where this connection may rest, and whether nobody needs what it hears just now, nor soon. */
  readonly rests?: Rests;
  readonly needless?: () => boolean;
  /** Bytes that a line that goes out may have, without tags and CR LF; 510 unless told. */
  readonly lineBytes?: () => number;
  /** Something was read: the connection lives. */
  readonly onTraffic: () => void;
  /** Gives the transport just made, for what the library does not know: `writeAndKnow` and `rouse`. */
  readonly onTransport?: (transport: SocketTransport) => void;
  /** Gives the socket just made, before it connects: for ident. */
  readonly onSocket?: (socket: Socket) => void;
}

/** Events for irc-framework: `open`, `line` (text), `close` (fault or false; once), `extra`, `debug`. */
export class SocketTransport extends EventEmitter {
  readonly #wire: WireOptions;
  readonly #decode: DecodeLine;
  #socket: Socket | undefined;
  #gate: WriteGate | undefined;
  #timer: Timer | undefined;
  /** When it last wrote, and last read nothing but lines for nobody, by the time of the rests; lines for nobody in this read. */
  #wroteAt = -Infinity;
  #idleAt = -Infinity;
  #dropped = 0;
  #passed = 0;
  #open = false;
  #closed = false;
  #fault: Error | undefined;

  constructor(wire: WireOptions) {
    super();
    this.#wire = wire;
    this.#decode = lineDecoder(wire.encodingFallback);
    wire.onTransport?.(this);
  }

  /** True from `open` to `close`. */
  isConnected(): boolean {
    return this.#open && this.#socket !== undefined && !this.#socket.destroyed;
  }

  /** Only UTF-8 goes out; says so to the library. */
  setEncoding(encoding: string): boolean {
    return /^utf-?8$/i.test(encoding);
  }

  /** Dials. A transport connects once. */
  connect(): void {
    if (this.#socket) return;
    const lines = new LineSplitter((buf, start, end) => this.#onLine(buf, start, end));
    let socket: Socket;
    try {
      socket = dial(this.#wire, (chunk) => this.#onBytes(lines, chunk));
    } catch (fault) {
      // Bad TLS options (an unreadable key) throw at once; the library expects an event.
      this.#fault = fault instanceof Error ? fault : new BridgeError('IRC_FAULT', String(fault));
      queueMicrotask(() => this.#onClose());
      return;
    }
    this.#socket = socket;
    this.#wire.onSocket?.(socket);
    this.#gate = new WriteGate(socket, this.#wire.clock, this.#wire.writeTimeoutMs, (fault) => this.#break(fault));
    this.#timer = this.#wire.clock.after(this.#wire.connectTimeoutMs, () =>
      this.#break(new BridgeError('IRC_LOST', 'no connection within the time allowed')),
    );
    socket.on('connect', () => this.emit('extra', 'raw socket connected', socket));
    socket.on(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => this.#onReady(socket));
    socket.on('error', (fault) => (this.#fault ??= fault));
    socket.on('end', () => this.#hangUp());
    socket.on('close', () => this.#onClose());
  }

  /** The library's way to write; `taken` is called when the kernel has the line, or when it never will. */
  writeLine(line: string, taken?: () => void): void {
    this.writeAndKnow(line, () => taken?.());
  }

  /**
   * Cleans and writes a line. `handed(true)` comes in the tick in which the kernel took it, mostly before this returns;
   * `handed(false)` when there is no connection or it is lost first.
   */
  writeAndKnow(line: string, handed: Handed): void {
    const clean = cleanLine(line, this.#wire.lineBytes?.());
    // Who writes waits for an answer, and a connection that is lost is to be noticed.
    if (this.#wire.rests) this.#wroteAt = this.#wire.rests.now;
    this.rouse();
    if (clean === '' || !this.#gate || !this.isConnected()) handed(false);
    else this.#gate.write(`${clean}\r\n`, handed);
  }

  /** Closes: politely (FIN after what is written, five seconds for the answer), or at once with `force`. */
  close(force = false): void {
    if (force || !this.#open) this.#socket?.destroy();
    else this.#hangUp();
  }

  /** Reads again, if it rested. */
  rouse(): void {
    this.#wire.rests?.rouse(this);
  }

  /** For the rests: they are over. */
  wake(): void {
    if (this.#socket?.destroyed === false) this.#socket.resume();
  }

  /** Drops the socket without another event. */
  disposeSocket(): void {
    this.#closed = true;
    this.#end();
    this.#socket?.destroy();
  }

  #onReady(socket: Socket): void {
    this.#timer?.end();
    if (this.#closed) return;
    const fault = peerFault(socket, this.#wire, this.#wire.clock.now());
    if (fault) {
      this.#fault = fault;
      if (this.#wire.tls !== false && this.#wire.tls.abrupt === true) socket.destroy();
      else this.#hangUp();
      return;
    }
    this.#open = true;
    this.emit('open');
  }

  /** @returns whether to read on */
  #onBytes(lines: LineSplitter, chunk: Buffer): boolean {
    if (!this.#open) return true;
    this.#wire.onTraffic();
    this.#dropped = this.#passed = 0;
    if (!lines.push(chunk)) this.#break(new BridgeError('IRC_FAULT', 'the server sent a line without end'));
    return this.#dropped === 0 || this.#passed > 0 || !this.#rests(chunk.length);
  }

  /** Rests where talk is busy: more than one line for nobody in so short a time. */
  #rests(length: number): boolean {
    const { rests, needless, tls } = this.#wire;
    // TLS would be deciphered all the same.
    if (!rests || tls !== false || length > MOST_REST_BYTES) return false;
    const { now } = rests;
    const busy = this.#dropped > 1 || now - this.#idleAt < REST_MS;
    this.#idleAt = now;
    return busy && now - this.#wroteAt > ANSWER_MS && needless?.() === true && rests.rest(this);
  }

  #onLine(buf: Buffer, start: number, end: number): void {
    // After a close nothing more is heard, though the rest of a packet may still hold lines.
    if (this.#closed || this.#fault) return;
    try {
      if (this.#wire.verdict && this.#wire.verdict(buf, start, end) !== 'pass') {
        this.#dropped++;
        return;
      }
      this.#passed++;
      const line = this.#decode(buf, start, end);
      if (line !== '') this.emit('line', line);
    } catch (fault) {
      this.#wire.onFault(fault, buf.toString('utf8', start, Math.min(end, start + 100)));
    }
  }

  /** Ends the sending side and gives the peer five seconds to do the same. */
  #hangUp(): void {
    this.#socket?.end();
    this.#timer?.end();
    this.#timer = this.#wire.clock.after(5000, () => this.#socket?.destroy());
  }

  #break(fault: BridgeError): void {
    this.#fault ??= fault;
    this.#socket?.destroy();
  }

  #onClose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#end();
    this.emit('close', this.#fault ?? false);
  }

  #end(): void {
    this.#open = false;
    this.#wire.rests?.forget(this);
    this.#timer?.end();
    this.#gate?.end();
  }
}

/** The class to give irc-framework as `transport`: it is made with the library's options and takes ours instead. */
export function transportClass(wire: WireOptions): new (options: unknown) => SocketTransport {
  return class extends SocketTransport {
    constructor(_options: unknown) {
      super(wire);
    }
  };
}
