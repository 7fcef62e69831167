/** Pure: how many were last seen within an hour, a day and so on (`remoteUserAgeBuckets`), as the predecessor counted. */

const SECONDS: Readonly<Record<string, number>> = { h: 3600, d: 86_400, w: 604_800 };

/** A bucket's length in seconds; `undefined` for what is no number with h, d or w. */
export function ageSeconds(bucket: string): number | undefined {
  const [, number, unit] = /^(\d+)([hdw])$/u.exec(bucket) ?? [];
  return number === undefined || unit === undefined ? undefined : Number(number) * (SECONDS[unit] ?? 0);
}

/**
 * Counts by bucket, those of a shorter one also in each longer one, and `all`.
 * @param seen when each was last seen, `undefined` for those never seen, who count in `all` alone; and now; in ms
 */
export function countByAge(buckets: readonly string[], seen: Iterable<number | undefined>, now: number): Map<string, number> {
  const limits = buckets.map((bucket) => [bucket, (ageSeconds(bucket) ?? 0) * 1000] as const);
  const counts = new Map<string, number>([...buckets.map((bucket) => [bucket, 0] as const), ['all', 0]]);
  for (const at of seen) {
    counts.set('all', (counts.get('all') ?? 0) + 1);
    for (const [bucket, limit] of limits) {
      if (at !== undefined && now - at < limit) counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
    }
  }
  return counts;
}
