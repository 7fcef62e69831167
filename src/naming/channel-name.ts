/** Which channels may be joined with rooms. */

import { parseChannelName, type ChannelName } from '../model/irc-names.js';

/**
 * Reads the name of a channel that people may ask for: `#` and at least one more character. Other prefixes are refused
 * (`&` is a channel of one server only, `!` names change, `+` has no operators), and all that `parseChannelName`
 * refuses.
 */
export function parseLinkableChannel(text: unknown): ChannelName | undefined {
  const channel = parseChannelName(text, '#');
  return channel === undefined || channel === '#' ? undefined : channel;
}
