/** `!bridgeversion`: which program this is, and what the networks' servers can do (CMD-14). */

import type { IrcNetwork } from '../irc/port.js';
import type { NetworkName } from '../model/irc-names.js';
import type { Command } from './command.js';
import { calledOf, type ConfigOf } from './which-network.js';

export interface BridgeVersionNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'capabilities'>>;
  readonly configOf: ConfigOf;
  readonly version: string;
  /** Of the source it was built from, where that is known. */
  readonly commit?: string;
}

export function makeBridgeVersion({ networks, configOf, version, commit }: BridgeVersionNeeds): Command {
  return {
    name: 'bridgeversion',
    aliases: ['version'],
    group: 'The bridge',
    usage: '',
    summary: 'Shows the version of this bridge, and what the networks can do.',
    async run({ networks: about }) {
      const able = about.map((name) => {
        const capabilities = [...(networks.get(name)?.capabilities ?? [])].sort().join(', ');
        return `${calledOf(configOf, name)}: ${capabilities === '' ? 'none, or not connected' : capabilities}`;
      });
      const source = commit === undefined ? '' : ` (commit ${commit})`;
      return [`This is Causeway ${version}${source}. IRCv3 capabilities in use:`, ...able].join('\n');
    },
  };
}
