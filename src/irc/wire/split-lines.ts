/** Cuts a stream of bytes into lines, whatever pieces it comes in. */

/** Tags (8191) and line (512) as IRCv3 allows them, and slack for servers with long lines (L14). */
export const MOST_LINE_BYTES = 16_384;

const LF = 0x0a;
const CR = 0x0d;

export class LineSplitter {
  readonly #line: (buf: Buffer, start: number, end: number) => void;
  #rest = Buffer.alloc(0);
  #used = 0;

  /** @param line called for each line with its bounds, CR LF left out, never empty; the buffer may be used again later */
  constructor(line: (buf: Buffer, start: number, end: number) => void) {
    this.#line = line;
  }

  /**
   * Takes the next bytes.
   * @returns false when a line is longer than 16,384 bytes: the peer is to be left, nothing more is to be pushed
   */
  push(chunk: Buffer): boolean {
    let at = 0;
    if (this.#used > 0) {
      const first = chunk.indexOf(LF);
      if (first < 0) return this.#keep(chunk, 0);
      if (!this.#keep(chunk.subarray(0, first + 1), 0)) return false;
      const whole = this.#used - 1;
      this.#used = 0;
      this.#give(this.#rest, 0, whole);
      at = first + 1;
    }
    for (;;) {
      const end = chunk.indexOf(LF, at);
      if (end < 0) return at === chunk.length || this.#keep(chunk, at);
      if (end - at > MOST_LINE_BYTES) return false;
      this.#give(chunk, at, end);
      at = end + 1;
    }
  }

  #give(buf: Buffer, start: number, to: number): void {
    let end = to;
    while (end > start && buf[end - 1] === CR) end--;
    if (end > start) this.#line(buf, start, end);
  }

  /** Keeps an unfinished line; room grows by doubling, so that single bytes stay linear. */
  #keep(chunk: Buffer, from: number): boolean {
    const needed = this.#used + chunk.length - from;
    // One more for the LF that may end the piece.
    if (needed > MOST_LINE_BYTES + 1) return false;
    if (needed > this.#rest.length) {
      const grown = Buffer.allocUnsafe(Math.min(MOST_LINE_BYTES + 1, Math.max(needed, 2 * this.#rest.length, 256)));
      this.#rest.copy(grown, 0, 0, this.#used);
      this.#rest = grown;
    }
    chunk.copy(this.#rest, this.#used, from);
    this.#used = needed;
    return true;
  }
}
