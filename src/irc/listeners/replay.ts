/** Pure: recognises by its tags an old line that a server plays back to whoever joins (IRC-SERVERS §9.6). */

/** Tags of a line this much older than now are history, in ms. */
const OLD_MS = 60_000;

/**
 * Whether tags show an old line: in a batch, or, when `fresh`, of a time long past.
 * @param tags as in the line, with `@`
 * @param fresh whether the client has joined only just now, when servers play back; clocks may differ at other times
 * @param now wall time in ms
 */
export function isReplay(tags: string, fresh: boolean, now: number): boolean {
  if (/[@;]batch=/.test(tags)) return true;
  const time = fresh ? /[@;]time=([^; ]{1,40})/.exec(tags)?.[1] : undefined;
  return time !== undefined && now - Date.parse(time) > OLD_MS;
}
