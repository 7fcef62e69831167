/** Pure: which known word a misspelt one is most likely meant to be. */

/**
 * Gives the known word nearest to `word`, case not counting; `undefined` when none is near (more than a third of the
 * letters, at most three, would have to change).
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const asked = word.slice(0, 60).toLowerCase();
  const most = Math.min(3, Math.max(1, Math.floor(asked.length / 3)));
  let best: string | undefined;
  let least = most + 1;
  for (const candidate of known) {
    const changes = distance(asked, candidate.toLowerCase());
    if (changes < least) [best, least] = [candidate, changes];
  }
  return best;
}

/** Letters to insert, delete, replace or swap with the next one (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let changes = Math.min(1 + (last[j] ?? 0), 1 + (row[j - 1] ?? 0), (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) changes = Math.min(changes, 1 + (before[j - 2] ?? 0));
      row.push(changes);
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
