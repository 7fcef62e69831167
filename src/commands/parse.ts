/** Pure: the text of an order as a command's name and its arguments (ADM-4). */

export interface Parsed {
  /** Lower case. */
  readonly name: string;
  readonly args: readonly string[];
  /** The line as it was written, quotes and all, behind its first so many arguments; blanks at its ends are gone. */
  behind(args: number): string;
}

/** Arguments read of one order. */
const MOST_ARGS = 20;

/** Reads the first line; words may stand in double quotes to hold blanks. `undefined`: there is no word at all. */
export function parseOrder(text: string): Parsed | undefined {
  const line = text.split(/[\r\n]/u, 1)[0] ?? '';
  const found = [...line.matchAll(/"([^"]*)"|(\S+)/gu)].slice(0, MOST_ARGS + 1);
  const words = found.map(([, quoted, plain]) => quoted ?? plain ?? '');
  const [name, ...args] = words;
  if (name === undefined || name === '') return undefined;
  return {
    name: name.toLowerCase(),
    args,
    behind: (count) => {
      const last = found[count];
      return last === undefined ? '' : line.slice(last.index + last[0].length).trim();
    },
  };
}
