/** Pure: which part of a file a `Range` header asks for (RFC 9110 §14). */

/** Bytes from `begin` to `end`, both included. */
export interface Part {
  readonly begin: number;
  readonly end: number;
}

/**
 * The part that is asked for; `all` when the whole is to be sent, which is always allowed: no header, one that is
 * malformed, another unit, several parts. `none`: the file has no such part (416).
 * @param size of the file in bytes
 */
export function partOf(header: string | undefined, size: number): Part | 'all' | 'none' {
  const asked = /^bytes\s*=\s*(\d{0,15})\s*-\s*(\d{0,15})\s*$/iu.exec(header ?? '');
  const [, first = '', last = ''] = asked ?? [];
  if (!asked || (first === '' && last === '')) return 'all';
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'none' : { begin: size - length, end: size - 1 };
  }
  const begin = Number(first);
  if (last !== '' && Number(last) < begin) return 'all';
  if (begin >= size) return 'none';
  return { begin, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}
