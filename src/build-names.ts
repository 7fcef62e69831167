/** How the networks of the configuration name ghosts and rooms, with the configuration in force. */

import type { Edges } from './build-edges.js';
import type { Config } from './config/config.js';
import type { NetworkConfig } from './config/network.js';
import type { RoomAlias, UserId } from './model/ids.js';
import type { ChannelName, NetworkName, Nick } from './model/irc-names.js';
import { type AliasNaming, aliasOf, channelOfAlias } from './naming/alias.js';
import { ghostDisplayName, ghostId, type GhostNaming, ghostNick, isGhost } from './naming/ghost-id.js';
import type { GhostNames } from './people/ghosts.js';

export interface Names {
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly ghostNames: ReadonlyMap<NetworkName, GhostNames>;
  /** Which network's ghost an id is, and of which nick. */
  readonly nickOf: (user: UserId) => { readonly network: NetworkName; readonly nick: Nick } | undefined;
  readonly channelOf: (network: NetworkName, alias: string) => ChannelName | undefined;
  readonly aliasOf: (network: NetworkName, channel: ChannelName) => RoomAlias | undefined;
  /** Whether a user is one of ours: a ghost or the bot (INV-1). */
  readonly isOurs: (user: string) => boolean;
}

export function buildNames({ homeserver, networks }: Edges, live: { readonly config: Config }): Names {
  const { domain } = homeserver;
  const configOf = (network: NetworkName): NetworkConfig => {
    const config = live.config.ircService.servers[network];
    if (!config) throw new Error(`no such network: ${network}`);
    return config;
  };
  /** By the section they come from; every event asks whose its sender is. */
  const namings = new WeakMap<object, GhostNaming>();
  const ghostNaming = (server: NetworkName): GhostNaming => {
    const section = configOf(server).matrixClients;
    const known = namings.get(section);
    if (known) return known;
    const { userTemplate, displayName } = section;
    const naming = { userTemplate, displayName, server, domain };
    namings.set(section, naming);
    return naming;
  };
  const aliasNaming = (server: NetworkName): AliasNaming => ({
    aliasTemplate: configOf(server).dynamicChannels.aliasTemplate,
    server,
    domain,
  });
  const mappingOf = (network: NetworkName): Parameters<typeof aliasOf>[1] =>
    networks.get(network)?.caseMapping ?? 'rfc1459';
  const names = [...networks.keys()];
  return {
    configOf,
    ghostNames: new Map(
      names.map((name) => {
        const naming = ghostNaming(name);
        const { joinAttempts } = configOf(name).matrixClients;
        const displayNameOf = (nick: Nick): string => ghostDisplayName(naming, nick);
        return [name, { idOf: (nick) => ghostId(naming, nick), displayNameOf, joinAttempts }];
      }),
    ),
    nickOf(user) {
      for (const network of names) {
        const nick = ghostNick(ghostNaming(network), user);
        if (nick !== undefined) return { network, nick };
      }
      return undefined;
    },
    channelOf: (network, alias) => channelOfAlias(aliasNaming(network), mappingOf(network), alias),
    aliasOf(network, channel) {
      const alias = aliasOf(aliasNaming(network), mappingOf(network), channel);
      return alias.ok ? alias.value : undefined;
    },
    // By the namespace, not by what nick an id says: an id too long for its nick says none, and is ours (INV-1).
    isOurs: (user) => user === homeserver.bot.userId || names.some((name) => isGhost(ghostNaming(name), user)),
  };
}
