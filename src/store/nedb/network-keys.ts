/** A network's name as a field name of mairc's documents, in which a dot cannot be. */

import type { NetworkName } from '../../model/irc-names.js';

/** mairc's way: each dot an underscore. */
export function dotless(name: string): string {
  return name.replaceAll('.', '_');
}

/**
 * How to name each network. As mairc does, so that its documents serve both; but where two networks of the configuration
 * would get the same name (`a.b` and `a_b`), the underscores of a name are kept apart from its dots, so that nobody's
 * password goes to another network. mairc read such keys back by making every underscore a dot, and so never found the
 * settings of a network with an underscore (DB-4); we never turn a key back.
 */
export function networkKeys(networks: readonly NetworkName[]): (network: NetworkName) => string {
  return (network) => {
    const key = dotless(network);
    const isShared = networks.some((other) => other !== network && dotless(other) === key);
    return isShared && network.includes('_') ? dotless(network.replaceAll('_', '%5f')) : key;
  };
}
