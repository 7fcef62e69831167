/**
 * Equal lines of one channel: a multiset, in which the n-th that a listener shows is the same as the n-th that another
 * shows, but for those that were not said to it.
 */

import type { Waiting } from './held-lines.js';
import type { Splits } from './splits.js';

/** One line that was said. */
export interface Entry<Place, Who> extends Waiting<Place, Who> {
  readonly group: Group<Place, Who>;
  /** Its place among all lines, and among the equal ones ever. */
  readonly order: number;
  readonly index: number;
  /** Who showed it first. */
  readonly by: Who;
  readonly bytes: number;
  /** Those who will not show it (any more) though they have yet to show one before it. */
  past: Set<Who> | undefined;
}

/** Where lines are said. `splits`: who is apart from whom there. */
export interface LedgerPlace<Who> {
  readonly id: number;
  readonly splits?: Pick<Splits<Who>, 'areApart' | 'apartFrom'>;
}

/** Equal lines of one place, oldest first. `next` is, for each listener, the index before which none is left to show. */
export interface Group<Place, Who> {
  readonly key: string;
  readonly place: Place;
  entries: Entry<Place, Who>[];
  /** How many were forgotten before `entries[0]`. */
  base: number;
  readonly next: Map<Who, number>;
}

/** Whether one will not show a line (any more). */
export function isPastFor<Place, Who>(entry: Entry<Place, Who>, who: Who): boolean {
  return (entry.group.next.get(who) ?? 0) > entry.index || entry.past?.has(who) === true;
}

/**
 * The line of a group that `who` shows next. Whoever is on another side of a netsplit shows nothing that was shown first over
 * there; which line was said during the split is known from who showed it, in whose order QUIT and JOIN stand too.
 * @param isOver whether `who` would have shown it by now
 */
export function nextOf<Place extends LedgerPlace<Who>, Who>(
  group: Group<Place, Who>,
  who: Who,
  isOver: (entry: Entry<Place, Who>, who: Who) => boolean,
): Entry<Place, Who> | undefined {
  const { entries, base, place } = group;
  for (let at = Math.max(group.next.get(who) ?? 0, base) - base; at < entries.length; at++) {
    const entry = entries[at];
    if (!entry || entry.past?.has(who) === true || place.splits?.areApart(who, entry.by) === true) continue;
    if (!isOver(entry, who)) return entry;
  }
  return undefined;
}

/** `who` has shown a line. */
export function pass<Place, Who>(group: Group<Place, Who>, entry: Entry<Place, Who>, who: Who): void {
  const { entries, base } = group;
  let next = Math.max(group.next.get(who) ?? 0, base);
  if (entry.index > next) (entry.past ??= new Set()).add(who);
  else next++;
  while (entries[next - base]?.past?.has(who) === true) next++;
  group.next.set(who, next);
}

/** Settles for each line of a group whether it is past for `who`; `isPast` is told whether it was before. */
export function mark<Place, Who>(group: Group<Place, Who>, who: Who, isPast: (entry: Entry<Place, Who>, before: boolean) => boolean): void {
  let next: number | undefined;
  for (const entry of group.entries) {
    const past = isPast(entry, isPastFor(entry, who));
    if (!past) {
      next ??= entry.index;
      entry.past?.delete(who);
    } else if (next !== undefined) (entry.past ??= new Set()).add(who);
  }
  group.next.set(who, next ?? group.base + group.entries.length);
}
