/** May a channel be joined with a room? */

import type { DynamicChannelsConfig } from '../config/network-rooms.js';
import type { UserId } from '../model/ids.js';
import type { ChannelName, Folded } from '../model/irc-names.js';
import { granted, refused, type Outcome } from '../model/refusal.js';
import { parseLinkableChannel } from '../naming/channel-name.js';

/** How a network compares names. */
export interface Folding {
  fold(name: string): Folded;
}

/**
 * Whether a channel may be opened by its alias (ROOM-1, ROOM-12): portals and their aliases switched on, rooms public,
 * the name one that can be bridged and not excluded. Grants the channel.
 */
export function mayLinkByAlias(
  channel: string,
  rules: Pick<DynamicChannelsConfig, 'enabled' | 'createAlias' | 'joinRule' | 'exclude'>,
  network: Folding,
): Outcome<ChannelName> {
  if (!rules.enabled) return refused('channel-not-allowed', 'Channels of this network are not opened on demand.', true);
  if (!rules.createAlias || rules.joinRule !== 'public') {
    return refused(
      'channel-not-allowed',
      'Channels of this network are not opened by address; use !join instead.',
      true,
    );
  }
  return mayLink(channel, rules, network);
}

/**
 * Whether a person may have a channel opened for him by `!join` or an invitation (ROOM-5, CMD-3): channels on demand
 * are on, and are public or he is on the `whitelist`; the name can be bridged and is not excluded. Grants the channel.
 */
export function mayLinkByJoin(
  person: UserId,
  channel: string,
  rules: Pick<DynamicChannelsConfig, 'enabled' | 'joinRule' | 'whitelist' | 'exclude'>,
  network: Folding,
): Outcome<ChannelName> {
  if (!rules.enabled) return refused('channel-not-allowed', 'Channels of this network are not opened on demand.', true);
  if (rules.joinRule !== 'public' && !rules.whitelist.includes(person)) {
    return refused('channel-not-allowed', 'You are not on the list of people who may open channels here.', true);
  }
  return mayLink(channel, rules, network);
}

/** Whether a channel may be linked at all, whoever asks and however (ROOM-12). Grants the channel. */
export function mayLink(
  channel: string,
  rules: Pick<DynamicChannelsConfig, 'exclude'>,
  network: Folding,
): Outcome<ChannelName> {
  const linkable = parseLinkableChannel(channel);
  if (linkable === undefined) {
    return refused('not-a-channel', 'That is not the name of a channel that can be bridged.', true);
  }
  return isExcluded(linkable, rules.exclude, network)
    ? refused('excluded', `The channel ${linkable} is not bridged here.`, true)
    : granted(linkable);
}

/** Whether a channel is on the network's `exclude` list, however either is written. */
export function isExcluded(channel: ChannelName, exclude: readonly string[], network: Folding): boolean {
  const folded = network.fold(channel);
  return exclude.some((name) => network.fold(name) === folded);
}
