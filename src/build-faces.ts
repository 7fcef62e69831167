/** Makes the commands, the face that people on Matrix see, and gives the one function by which the flows reach it. */

import { makeRun, type RunNeeds } from './commands/run.js';
import { makeTable, type TableNeeds } from './commands/table.js';
import type { IrcNetwork } from './irc/port.js';
import type { NetworkName } from './model/irc-names.js';
import type { Obey } from './model/order.js';
import { commit, version } from './version.js';

export type FacesNeeds = Omit<TableNeeds & RunNeeds, 'table' | 'version' | 'commit' | 'networks'> & {
  readonly networks: ReadonlyMap<NetworkName, IrcNetwork>;
};

export function buildFaces(needs: FacesNeeds): { readonly obey: Obey } {
  const built = commit();
  const table = makeTable({ ...needs, version: version(), ...(built === undefined ? {} : { commit: built }) });
  return { obey: makeRun({ ...needs, table }) };
}
