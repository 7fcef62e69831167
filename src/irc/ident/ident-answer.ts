/** Pure: what an ident query (RFC 1413) asks and how it is answered. */

/** A query of an asker; ports as the asker wrote them stand in the answer. */
export type IdentQuery =
  | { readonly kind: 'pair'; readonly local: number; readonly remote: number }
  /** Not two ports between 1 and 65535. */
  | { readonly kind: 'invalid'; readonly echo: string };

/** The longest answer with CR LF (RFC 1413 §4: an identifier has at most 512 characters). */
const MOST_IDENT = 512;
/** Spaces and tabs wherever real servers put them: `48427 , 26680`, `37235,26660`, `38205, 26720`. */
const PAIR = /^[ \t]*(\d{1,10})[ \t]*,[ \t]*(\d{1,10})[ \t]*$/;

/**
 * Reads a query: the port on our side, then the port on the asker's.
 * @param line without its end, at most 512 characters (the caller sees to that)
 */
export function readIdentQuery(line: string): IdentQuery {
  const [, one, other] = PAIR.exec(line) ?? [];
  // What is no pair of numbers is not sent back: it may be anything.
  if (one === undefined || other === undefined) return { kind: 'invalid', echo: '0,0' };
  const [local, remote] = [Number(one), Number(other)];
  const ports = [local, remote].every((port) => port >= 1 && port <= 65_535);
  return ports ? { kind: 'pair', local, remote } : { kind: 'invalid', echo: `${local},${remote}` };
}

/**
 * Writes the answer with CR LF, spaced as the predecessor did (IDENT-2). Without an ident nobody is told to be there;
 * what an ident may not have (NUL, CR, LF) is left out.
 */
export function identAnswer(query: IdentQuery, ident: string | undefined): string {
  if (query.kind === 'invalid') return `${query.echo}:ERROR:INVALID-PORT\r\n`;
  const pair = `${query.local},${query.remote}`;
  const clean = ident?.replace(/[\0\r\n]/g, '').slice(0, MOST_IDENT) ?? '';
  return clean === '' ? `${pair}:ERROR:NO-USER\r\n` : `${pair}:USERID:UNIX:${clean}\r\n`;
}
