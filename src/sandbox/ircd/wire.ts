/** The bytes of IRC: lines are strings of one character per byte (latin1), so that every length here is a length on the wire. */

/** One line as a client sent it, tags apart. */
export interface IrcLine {
  readonly tags: ReadonlyMap<string, string>;
  readonly command: string;
  readonly params: readonly string[];
}

/** Text as bytes, one character each. */
export function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Bytes as text, where they are UTF-8. */
export function toText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

const UNESCAPED: Readonly<Record<string, string>> = { ':': ';', s: ' ', '\\': '\\', r: '\r', n: '\n' };

/** Reads `@tags command params`; a prefix that a client sends is thrown away, as servers do. Empty lines give `undefined`. */
export function parseLine(line: string): IrcLine | undefined {
  const tags = new Map<string, string>();
  let rest = line;
  if (rest.startsWith('@')) {
    const end = rest.indexOf(' ');
    for (const item of rest.slice(1, end < 0 ? undefined : end).split(';')) {
      const [key, value] = cutAt(item, '=');
      if (key !== '') tags.set(key, value.replace(/\\(.?)/gu, (_, c: string) => UNESCAPED[c] ?? c));
    }
    rest = end < 0 ? '' : rest.slice(end);
  }
  rest = rest.replace(/^ +/u, '');
  if (rest.startsWith(':')) rest = cutAt(rest, ' ')[1].replace(/^ +/u, '');
  const [head, text] = cutAt(rest, ' :');
  const params = head.split(' ').filter((part) => part !== '');
  const command = params.shift();
  if (command === undefined) return undefined;
  if (rest.includes(' :')) params.push(text);
  return { tags, command: command.toUpperCase(), params };
}

function cutAt(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)];
}

/** Writes a tag's value (message-tags specification, "Escaping values"). */
export function escapeTag(value: string): string {
  return value.replace(/[;\\ \r\n]/gu, (c) => ({ ';': '\\:', '\\': '\\\\', ' ': '\\s', '\r': '\\r' })[c] ?? '\\n');
}

/** Whether `*` and `?` of the mask cover the text; linear steps back to the last star only. */
export function matchesMask(mask: string, text: string): boolean {
  let m = 0;
  let t = 0;
  let star = -1;
  let from = 0;
  while (t < text.length) {
    if (mask[m] === '*') {
      star = m++;
      from = t;
    } else if (mask[m] === '?' || mask[m] === text[t]) {
      m++;
      t++;
    } else if (star >= 0) {
      m = star + 1;
      t = ++from;
    } else return false;
  }
  while (mask[m] === '*') m++;
  return m === mask.length;
}

/** Lower-cases as the server's CASEMAPPING says. Written apart from the bridge's own, so that a mistake there shows. */
export function foldAs(mapping: 'ascii' | 'rfc1459', name: string): string {
  const last = mapping === 'ascii' ? 0x5a : 0x5e;
  let folded = '';
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    folded += String.fromCharCode(code >= 0x41 && code <= last ? code + 32 : code);
  }
  return folded;
}
