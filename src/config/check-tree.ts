/** Puts a tree through the schema: faults, unknown keys, and a configuration to judge further in spite of faults. */

import type * as z from 'zod';
import { configSchema, type Config } from './config.js';
import { isSecret, isSection, pathKey, removeAt, setAt, valueAt, type Complaint, type Path } from './paths.js';

/** What the schema makes of a tree. */
export interface Checked {
  /** The configuration; with faults, the one with the faulty keys left at their defaults, where that makes one. */
  readonly config: Config | undefined;
  readonly faults: readonly Complaint[];
  readonly unknown: readonly Complaint[];
}

/** Required keys, with what stands in for them when they are at fault, so that the rest can still be judged. */
const STAND_INS: readonly (readonly [Path, string])[] = [
  [['homeserver', 'url'], 'http://localhost'],
  [['homeserver', 'domain'], 'localhost'],
];

/** @param hidden places whose values must not be shown, besides those whose names tell */
export function checkTree(tree: unknown, hidden: readonly Path[]): Checked {
  const copy = structuredClone(tree);
  // So that a missing section is told by the keys that it must have.
  if (valueAt(copy, ['homeserver']) === undefined) setAt(copy, ['homeserver'], {});
  const unknown: Complaint[] = [];
  const faults: Complaint[] = [];
  // Each round takes away what was complained of; unknown keys hide nothing, so the second round is mostly the last.
  for (let round = 0; round < 8; round++) {
    const result = configSchema.safeParse(copy);
    if (result.success) return { config: result.data, faults, unknown };
    for (const issue of flat(result.error.issues)) {
      const path = issue.path.filter((step) => typeof step !== 'symbol');
      if (issue.code === 'unrecognized_keys') {
        const meant = issue.message.split('\n');
        issue.keys.forEach((key, at) => {
          unknown.push({ path: [...path, key], message: unknownKey(meant[at]) });
          removeAt(copy, [...path, key]);
        });
        continue;
      }
      const value = valueAt(tree, path);
      // What is complained of around or inside an earlier fault comes of our having taken that away.
      const told = round > 0 && touches(path, faults);
      if (!told) faults.push({ path, message: complaintOf(issue, path, value, hidden) });
      takeAway(copy, path);
    }
  }
  return { config: undefined, faults, unknown };
}

/** Whether a place lies around or inside one that is already complained about. */
export function touches(path: Path, complaints: readonly Complaint[]): boolean {
  return complaints.some((complaint) => {
    const shorter = Math.min(complaint.path.length, path.length);
    return path.slice(0, shorter).every((step, at) => step === complaint.path[at]);
  });
}

function unknownKey(meant: string | undefined): string {
  return meant === undefined || meant === ''
    ? 'is not a key known here; it does nothing'
    : `is not a key known here; did you mean ${meant}?`;
}

/** A choice between forms complains for its last form, the section, when it was given one. */
function flat(issues: readonly z.core.$ZodIssue[]): readonly z.core.$ZodIssue[] {
  return issues.flatMap((issue) => {
    const inner = issue.code === 'invalid_union' ? issue.errors.at(-1) : undefined;
    if (!inner?.some(({ path, code }) => path.length > 0 || code === 'unrecognized_keys')) return [issue];
    return flat(inner.map((each) => ({ ...each, path: [...issue.path, ...each.path] })));
  });
}

function complaintOf(issue: z.core.$ZodIssue, path: Path, value: unknown, hidden: readonly Path[]): string {
  // A record complains of a key's form with the message of the key's schema inside.
  const message = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  if (issue.code === 'invalid_key') return message;
  if (value === undefined) return `is required: ${message}`;
  const secret = isSecret(path) || hidden.some((each) => pathKey(each) === pathKey(path));
  return secret ? message : `${message}, got ${shown(value)}`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (isSection(value)) return 'a section';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}..."` : text;
}

/**
 * Removes what is at fault, so that its default takes its place: a whole list, since its items have none, and what is
 * missing and required together with its section.
 */
function takeAway(copy: unknown, path: Path): void {
  const inList = path.findIndex((step) => typeof step === 'number');
  const whole = inList === -1 ? path : path.slice(0, inList);
  if (valueAt(copy, whole) === undefined) removeAt(copy, whole.slice(0, -1));
  else removeAt(copy, whole);
  for (const [key, value] of STAND_INS) if (valueAt(copy, key) === undefined) setAt(copy, key, value);
}
