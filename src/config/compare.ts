/** Compares two values of a configuration. */

import { isSection, type Path } from './paths.js';

/** Whether two values say the same; regular expressions by their source. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a instanceof RegExp || b instanceof RegExp) return String(a) === String(b);
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, at) => same(item, b[at]));
  if (!isSection(a) || !isSection(b)) return false;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => same(a[key], b[key]));
}

/** The paths of all single keys in which two trees differ; a key missing on one side counts with all below it. */
export function differences(a: unknown, b: unknown, at: Path = []): readonly Path[] {
  if (same(a, b)) return [];
  if (!isSection(a) || !isSection(b) || a instanceof RegExp || b instanceof RegExp) return [at];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
    differences(a[key], b[key], [...at, key]),
  );
}

/** Whether a path lies at or under one of these patterns, in which `*` stands for any one step. */
export function matches(path: Path, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const steps = pattern.split(' ');
    return steps.length <= path.length && steps.every((step, at) => step === '*' || step === path[at]);
  });
}
