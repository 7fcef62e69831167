/** Runs what a person asks of the bot: finds the command, asks whether he may, and puts faults into words. */

import type { Permission } from '../policy/may-command.js';
import { mayCommand, permissionOf } from '../policy/may-command.js';
import { Allowance } from '../lib/allowance.js';
import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { faultText, isFault } from '../model/errors.js';
import type { NetworkName } from '../model/irc-names.js';
import type { Obey } from '../model/order.js';
import type { Command } from './command.js';
import { parseOrder } from './parse.js';

export interface RunNeeds {
  readonly table: readonly Command[];
  readonly networks: ReadonlyMap<NetworkName, unknown>;
  /** `ircService.permissions`. */
  readonly permissions: () => Readonly<Record<string, Permission>>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Commands of one person in ten seconds. */
const MOST = 20;

const NOT_ALLOWED =
  'You are not allowed to give commands to this bridge. Ask its operator if you think that this is wrong.';
const NOT_HERE =
  'In this room I take only "!irc nick" with a new nick. For all else, invite me to a direct chat and send !help there.';
const IN_THE_LOG = 'Its operator can see it in the log; try again later.';

/** Makes `Obey`. Arguments of commands are never logged: they may hold keys. */
export function makeRun({ table, networks, permissions, clock, log }: RunNeeds): Obey {
  const allowed = new Allowance(clock, MOST, 10_000);
  return async ({ person, text, request, networks: about }) => {
    if (!mayCommand(permissionOf(person, permissions()))) return NOT_ALLOWED;
    if (!allowed.take(person)) return 'That was too many commands at once. Wait ten seconds and try again.';
    const parsed = parseOrder(text);
    const asked = parsed?.name ?? '';
    const command = table.find(({ name, aliases }) => name === asked || aliases?.includes(asked) === true);
    if (about !== undefined && command?.inRooms !== true) return NOT_HERE;
    if (!parsed || !command) return 'I do not know this command. Send !help for a list of them.';
    try {
      return await command.run({ ...parsed, person, networks: about ?? [...networks.keys()], ...(request === undefined ? {} : { request }) });
    } catch (fault) {
      if (isFault(fault, 'STOPPING')) throw fault;
      log.error('command failed', { request, person, command: command.name, why: faultText(fault) });
      return `Something went wrong inside the bridge while it did !${command.name}. ${IN_THE_LOG}`;
    }
  };
}
