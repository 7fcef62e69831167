/** Channels as room aliases and back. */

import { parseRoomAlias, type RoomAlias } from '../model/ids.js';
import type { ChannelName } from '../model/irc-names.js';
import { granted, refused, type Outcome } from '../model/refusal.js';
import { foldName, type CaseMapping } from './casefold.js';
import { parseLinkableChannel } from './channel-name.js';
import { aroundVariable, between, type Around } from './template.js';

/** What names a network's rooms: `dynamicChannels.aliasTemplate`, its key, and our homeserver's name. */
export interface AliasNaming {
  /** `#` and text with `$CHANNEL`, such as `#irc_$SERVER_$CHANNEL`, or `$CHANNEL` alone (ROOM-15). */
  readonly aliasTemplate: string;
  readonly server: string;
  readonly domain: string;
}

/**
 * The alias of a channel, lower-cased by the network's rule so that a channel has one alias however it is written
 * (ROOM-1, A-3). Refuses names that an alias cannot hold (`:`, over 255 bytes) or that may not be linked.
 */
export function aliasOf(naming: AliasNaming, mapping: CaseMapping, channel: string): Outcome<RoomAlias> {
  const linkable = parseLinkableChannel(channel);
  if (linkable === undefined)
    return refused('not-a-channel', 'That is not the name of a channel that can be bridged.', true);
  const { before, after } = around(naming);
  // Folding may turn wide characters into what no channel has, a colon or a blank.
  const folded = parseLinkableChannel(foldName(mapping, linkable));
  const alias = folded === undefined || folded.includes(':') ? undefined : parseRoomAlias(before + folded + after);
  if (alias === undefined) {
    return refused(
      'channel-not-allowed',
      'A channel with such a name cannot have a Matrix address; use !join instead.',
      true,
    );
  }
  return granted(alias);
}

/**
 * The channel that an alias asks for, lower-cased; the template's own letters may be of either case (ROOM-15).
 * `undefined` for aliases of other servers or forms, and where no channel that may be linked is named.
 */
export function channelOfAlias(naming: AliasNaming, mapping: CaseMapping, alias: string): ChannelName | undefined {
  const parts = around(naming);
  const size = { before: parts.before.length, after: parts.after.length };
  if (Buffer.byteLength(alias) > 255 || alias.length < size.before + size.after) return undefined;
  const written = {
    before: alias.slice(0, size.before),
    after: alias.slice(alias.length - size.after),
  };
  if (!alike(written.before, parts.before) || !alike(written.after, parts.after)) return undefined;
  const channel = parseLinkableChannel(between(alias, written));
  if (channel === undefined || channel.includes(':')) return undefined;
  return parseLinkableChannel(foldName(mapping, channel));
}

function alike(one: string, other: string): boolean {
  return foldName('ascii', one) === foldName('ascii', other);
}

function around(naming: AliasNaming): Around {
  const parts = aroundVariable(naming.aliasTemplate, 'CHANNEL', { SERVER: naming.server });
  if (!parts) throw new Error(`aliasTemplate has no $CHANNEL: ${naming.aliasTemplate}`);
  return { before: parts.before, after: `${parts.after}:${naming.domain}` };
}
