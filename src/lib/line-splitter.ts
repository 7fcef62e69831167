/** Cuts a stream of bytes into lines at `\n` alone, with bounded memory whatever the bytes are. */

/** A line that was ended; a piece of one that is too long; what follows the last line end. */
export type Piece = 'line' | 'piece' | 'torn';

export class LineSplitter {
  readonly #onLine: (line: Buffer, piece: Piece) => void;
  readonly #longest: number;
  #begun: Buffer[] = [];
  #begunBytes = 0;
  #overlong = false;
  #total = 0;
  #whole = 0;

  /**
   * @param onLine gets each line without its end; the bytes are only good during the call
   * @param longest bytes; of a longer line each piece is told by itself
   */
  constructor(onLine: (line: Buffer, piece: Piece) => void, longest: number) {
    this.#onLine = onLine;
    this.#longest = longest;
  }

  /** Bytes up to and including the last line end. */
  get whole(): number {
    return this.#whole;
  }

  /** Takes the next bytes, which the caller may overwrite afterwards. */
  push(bytes: Buffer): void {
    let from = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      const rest = bytes.subarray(from, end);
      this.#tell(rest, this.#overlong ? 'piece' : 'line');
      this.#overlong = false;
      from = end + 1;
    }
    if (from > 0) this.#whole = this.#total + from;
    this.#total += bytes.length;
    if (from === bytes.length) return;
    this.#begun.push(Buffer.from(bytes.subarray(from)));
    this.#begunBytes += bytes.length - from;
    if (this.#begunBytes <= this.#longest) return;
    this.#overlong = true;
    this.#tell(Buffer.alloc(0), 'piece');
  }

  /** Tells what has no line end. */
  end(): void {
    if (this.#begunBytes > 0) this.#tell(Buffer.alloc(0), 'torn');
  }

  #tell(rest: Buffer, piece: Piece): void {
    const line = this.#begun.length === 0 ? rest : Buffer.concat([...this.#begun, rest]);
    this.#begun = [];
    this.#begunBytes = 0;
    this.#onLine(line, piece);
  }
}
