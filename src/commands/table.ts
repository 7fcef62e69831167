/** The contents page of the commands, in the order in which `!help` shows them. */

import { type ActiveNeeds, makeActive } from './active.js';
import { makeBridgeVersion } from './bridgeversion.js';
import type { Command } from './command.js';
import { makeHelp } from './help.js';
import { type JoinNeeds, makeJoin } from './join.js';
import { type ListRoomsNeeds, makeListRooms } from './listrooms.js';
import { makeNick, type NickNeeds } from './nick.js';
import { makeQuit, type QuitNeeds } from './quit.js';
import { makeReconnect, type ReconnectNeeds } from './reconnect.js';
import { makeWhois, type WhoisNeeds } from './whois.js';

export type TableNeeds = NickNeeds &
  JoinNeeds &
  WhoisNeeds &
  QuitNeeds &
  ReconnectNeeds &
  ListRoomsNeeds &
  ActiveNeeds & { readonly version: string };

export function makeTable(needs: TableNeeds): readonly Command[] {
  const table: readonly Command[] = [
    makeHelp(() => table),
    makeNick(needs),
    makeJoin(needs),
    makeListRooms(needs),
    makeWhois(needs),
    makeQuit(needs),
    makeReconnect(needs),
    makeActive(needs),
    makeBridgeVersion(needs.version),
  ];
  return table;
}
