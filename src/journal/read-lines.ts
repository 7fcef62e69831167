/** Reads a file line by line in pieces of bounded size, whatever is in it. */

import { open } from 'node:fs/promises';
import { LineSplitter } from '../lib/line-splitter.js';
import type { Piece } from '../lib/line-splitter.js';

const PIECE = 256 * 1024;
/** No line of ours is longer (a transaction has at most 16 MiB); a longer run of bytes is garbage. */
export const LONGEST_LINE = 64 * 1024 * 1024;

/**
 * Calls `onLine` for each line, as `LineSplitter` does.
 * @returns the number of bytes up to and including the last line end
 */
export async function readLines(path: string, onLine: (line: Buffer, piece: Piece) => void): Promise<number> {
  const file = await open(path, 'r');
  try {
    const lines = new LineSplitter(onLine, LONGEST_LINE);
    const piece = Buffer.allocUnsafe(PIECE);
    for (let at = 0; ; ) {
      const { bytesRead } = await file.read(piece, 0, PIECE, at);
      if (bytesRead === 0) break;
      lines.push(piece.subarray(0, bytesRead));
      at += bytesRead;
    }
    lines.end();
    return lines.whole;
  } finally {
    await file.close();
  }
}
