/** What an edit changed, in few words: `s/old/new/` for what was replaced, `* some new words` for what was put in. */

/** `same`: nothing that can be read changed. `whole`: the new text says it better than any correction. */
export type Edit =
  | { readonly kind: 'same' | 'whole' }
  | { readonly kind: 'diff'; readonly text: string };

/** A run of words that changed; positions are those of tokens, `from` in the old text, `to` in the new. */
interface Change {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}

/** Addresses, words, runs of blanks, line breaks, and each other sign by itself. */
const TOKENS = /https?:\/\/\S+|[\p{L}\p{M}\p{N}_'’]+|\n|[^\S\n]+|[^\p{L}\p{M}\p{N}_'’\s]/gu;
const WORD = /[\p{L}\p{N}]/u;
/** CommonMark §2.4: a backslash before a sign of ASCII. */
const ESCAPED = /\\([!-/:-@[-`{-~])/g;
/** One line of fewer characters is repeated: that is as short as any correction. */
const SHORTEST = 20;
const MOST_CHANGES = 3;
/** Words shown on each side of what was put in. */
const CONTEXT = 2;
/** Product of the numbers of tokens that are compared with each other: some milliseconds at most (C1, G4). */
const MOST_CELLS = 250_000;
const SAME: Edit = { kind: 'same' };
const WHOLE: Edit = { kind: 'whole' };

/**
 * Compares two texts without formatting (M2I-12, 13): lines are parted by LF, blanks count as one. Bounded in time by
 * comparing only the part that differs, and that only when it is short.
 */
export function editDiff(before: string, after: string): Edit {
  const [old, now] = bothRead(before, after).map(tokens) as [readonly string[], readonly string[]];
  if (old.join('') === now.join('')) return SAME;
  const lines = old.includes('\n') || now.includes('\n');
  if (!lines && before.length < SHORTEST) return WHOLE;
  const changes = changesOf(old, now);
  if (changes === undefined || changes.length > MOST_CHANGES) return WHOLE;
  const only = changes.length === 1 ? changes[0] : undefined;
  // Of what was there nothing is left.
  if (only && only.from[0] === 0 && only.from[1] === old.length && only.from[1] > 0) return WHOLE;
  const added = changes.filter(({ from }) => from[0] === from[1]);
  if (added.length > 0 && added.length < changes.length) return WHOLE;
  const parts = changes.map((change) => (added.length > 0 ? addition(now, change) : replacement(old, now, change)));
  if (parts.some((part) => part === undefined)) return WHOLE;
  const text = added.length > 0 ? `* ${parts.join(' … ')}` : parts.join(', ');
  return text.length < after.length ? { kind: 'diff', text } : WHOLE;
}

/** Clients put Markdown's backslashes into one of two texts (S-053): where only one has any, they are no change. */
function bothRead(before: string, after: string): readonly [string, string] {
  const [old, now] = [before.replace(ESCAPED, '$1'), after.replace(ESCAPED, '$1')];
  return (old === before) === (now === after) ? [before, after] : [old, now];
}

function tokens(text: string): readonly string[] {
  const all = text.trim().match(TOKENS) ?? [];
  return all.map((token) => (/^[^\S\n]/u.test(token) ? ' ' : token));
}

/** What differs, in order; `undefined` when it is too much to compare. */
function changesOf(old: readonly string[], now: readonly string[]): readonly Change[] | undefined {
  let start = 0;
  const shorter = Math.min(old.length, now.length);
  while (start < shorter && old[start] === now[start]) start++;
  let end = 0;
  while (end < shorter - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end++;
  const [oldEnd, nowEnd] = [old.length - end, now.length - end];
  if ((oldEnd - start) * (nowEnd - start) > MOST_CELLS) return undefined;
  return merged(compared(old.slice(start, oldEnd), now.slice(start, nowEnd), start), old);
}

/** The changes between the longest common subsequence of two lists; `at` is added to all positions. */
function compared(old: readonly string[], now: readonly string[], at: number): Change[] {
  const width = now.length + 1;
  const longest = new Uint16Array((old.length + 1) * width);
  const cell = (i: number, j: number): number => longest[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      // Blanks alone hold nothing together.
      const same = old[i] === now[j] && old[i] !== ' ';
      longest[i * width + j] = same ? cell(i + 1, j + 1) + 1 : Math.max(cell(i + 1, j), cell(i, j + 1));
    }
  }
  const changes: Change[] = [];
  let [i, j, oldFrom, nowFrom] = [0, 0, 0, 0];
  const close = (): void => {
    if (i > oldFrom || j > nowFrom) changes.push({ from: [at + oldFrom, at + i], to: [at + nowFrom, at + j] });
  };
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      close();
      [i, j] = [i + 1, j + 1];
      [oldFrom, nowFrom] = [i, j];
    } else if (j >= now.length || (i < old.length && cell(i + 1, j) >= cell(i, j + 1))) i++;
    else j++;
  }
  close();
  return changes;
}

/** Joins changes between which fewer words stayed than went or came on each side: one correction reads better than two. */
function merged(changes: readonly Change[], old: readonly string[]): readonly Change[] {
  const out: Change[] = [];
  for (const change of changes) {
    const last = out.at(-1);
    const between = last ? words(old.slice(last.from[1], change.from[0])) : Infinity;
    const lineEnds = last !== undefined && old.slice(last.from[1], change.from[0]).includes('\n');
    if (last && !lineEnds && (between === 0 || (between < size(last) && between < size(change)))) {
      out[out.length - 1] = { from: [last.from[0], change.from[1]], to: [last.to[0], change.to[1]] };
    } else out.push(change);
  }
  return out;
}

function size({ from, to }: Change): number {
  return Math.ceil(Math.max(from[1] - from[0], to[1] - to[0]) / 2);
}

function words(list: readonly string[]): number {
  return list.filter((token) => WORD.test(token)).length;
}

/** What was put in, with some words around it from its line. */
function addition(now: readonly string[], { to: [from, to] }: Change): string | undefined {
  if (now.slice(from, to).includes('\n')) return undefined;
  return now.slice(reach(now, from - 1, -1) + 1, reach(now, to, 1)).join('').trim();
}

/** Where the context ends that begins at `at` and goes in direction `step`. */
function reach(list: readonly string[], at: number, step: 1 | -1): number {
  let seen = 0;
  let end = at;
  for (; end >= 0 && end < list.length && list[end] !== '\n'; end += step) {
    if (WORD.test(list[end] ?? '') && ++seen > CONTEXT) break;
  }
  // Signs that stand before the first word that is left out are left out with it.
  while (end !== at && !WORD.test(list[end - step] ?? '')) end -= step;
  return end;
}

/** `s/old/new/`, with a sign between that stands in neither; a sign alone takes the word before it along. */
function replacement(old: readonly string[], now: readonly string[], { from, to }: Change): string | undefined {
  let [oldFrom, nowFrom] = [from[0], to[0]];
  if (words([...old.slice(oldFrom, from[1]), ...now.slice(nowFrom, to[1])]) === 0) {
    while (oldFrom > 0 && nowFrom > 0 && old[oldFrom - 1] !== '\n') {
      [oldFrom, nowFrom] = [oldFrom - 1, nowFrom - 1];
      if (WORD.test(old[oldFrom] ?? '')) break;
    }
  }
  const one = old.slice(oldFrom, from[1]).join('').trim();
  const other = now.slice(nowFrom, to[1]).join('').trim();
  if (one === '' || (one + other).includes('\n')) return undefined;
  const sign = ['/', '|', '#'].find((each) => !(one + other).includes(each));
  return sign === undefined ? undefined : `s${sign}${one}${sign}${other}${sign}`;
}
