/** Pure: several channels in as few JOIN lines as servers take. */

import type { ChannelName } from '../model/irc-names.js';
import { isTarget, LINE_BYTES } from './wire/clean-line.js';
import { joinLine } from './wire/lines.js';

/** Channels in a line where TARGMAX does not say: what all six measured servers took at once (IRC-SERVERS §6). */
const TARGETS = 10;

export interface ChannelAndKey {
  readonly channel: ChannelName;
  readonly key: string | undefined;
}

/**
 * The JOIN lines for some channels, those with keys first (RFC 2812 §3.2.1: keys belong to the first channels).
 * A key that could not be one parameter is left out, and the server will say that one is needed.
 * @param targets channels one JOIN may name, ten unless known
 * @param most bytes of a line without CR LF; servers that take longer ones still get 510
 */
export function joinLines(channels: readonly ChannelAndKey[], targets: number | undefined, most = LINE_BYTES): string[] {
  const lines: string[] = [];
  const withKey = (entry: ChannelAndKey): boolean => entry.key !== undefined && isTarget(entry.key);
  const sorted = [...channels.filter(withKey), ...channels.filter((entry) => !withKey(entry))];
  let names: string[] = [];
  let keys: string[] = [];
  let bytes = 0;
  const close = (): void => {
    const line = joinLine(names, keys);
    if (line !== undefined) lines.push(line);
    names = [];
    keys = [];
    bytes = 0;
  };
  for (const entry of sorted) {
    const key = withKey(entry) ? (entry.key ?? '') : '';
    const more = Buffer.byteLength(entry.channel) + Buffer.byteLength(key) + 2;
    if (names.length >= Math.min(targets ?? TARGETS, TARGETS) || 'JOIN  '.length + bytes + more > Math.min(most, LINE_BYTES)) close();
    names.push(entry.channel);
    if (key !== '') keys.push(key);
    bytes += more;
  }
  close();
  return lines;
}
