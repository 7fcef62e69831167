/** Reads a file line by line in pieces of bounded size, whatever is in it. */

import { open } from 'node:fs/promises';

const PIECE = 256 * 1024;
/** No line of ours is longer (a transaction has at most 16 MiB); a longer run of bytes is garbage. */
export const LONGEST_LINE = 64 * 1024 * 1024;

/** A line as it was ended; a piece of one that is too long; what follows the last line end. */
export type Piece = 'line' | 'piece' | 'torn';

/**
 * Calls `onLine` for each line, without its end.
 * @param onLine gets the bytes, which are only good during the call
 * @param longest bytes; of a longer line each piece is told by itself
 * @returns the number of bytes up to and including the last line end
 */
export async function readLines(
  path: string,
  onLine: (line: Buffer, piece: Piece) => void,
  longest = LONGEST_LINE,
): Promise<number> {
  const file = await open(path, 'r');
  try {
    const piece = Buffer.allocUnsafe(PIECE);
    let begun: Buffer[] = [];
    let begunBytes = 0;
    let overlong = false;
    let total = 0;
    let whole = 0;
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, PIECE, total);
      if (bytesRead === 0) break;
      let from = 0;
      for (;;) {
        const end = piece.indexOf(10, from);
        if (end < 0 || end >= bytesRead) break;
        const rest = piece.subarray(from, end);
        onLine(begun.length === 0 ? rest : Buffer.concat([...begun, rest]), overlong ? 'piece' : 'line');
        begun = [];
        begunBytes = 0;
        overlong = false;
        from = end + 1;
        whole = total + from;
      }
      // A copy: the piece is overwritten by the next read.
      if (from < bytesRead) begun.push(Buffer.from(piece.subarray(from, bytesRead)));
      begunBytes += bytesRead - from;
      total += bytesRead;
      if (begunBytes > longest) {
        overlong = true;
        onLine(Buffer.concat(begun), 'piece');
        begun = [];
        begunBytes = 0;
      }
    }
    if (begunBytes > 0) onLine(Buffer.concat(begun), 'torn');
    return whole;
  } finally {
    await file.close();
  }
}
