/** The contents page of the commands, in the order in which `!help` shows them. */

import { type ActiveNeeds, makeActive } from './active.js';
import { type AutoConnectNeeds, makeAutoConnect } from './autoconnect.js';
import { type BridgeVersionNeeds, makeBridgeVersion } from './bridgeversion.js';
import type { Command } from './command.js';
import { makeHelp } from './help.js';
import { type JoinNeeds, makeJoin } from './join.js';
import { type ListRoomsNeeds, makeListRooms } from './listrooms.js';
import { makeMsg, type MsgNeeds } from './msg.js';
import { makeNick, type NickNeeds } from './nick.js';
import { makeQuery, type QueryNeeds } from './query.js';
import { makeQuit, type QuitNeeds } from './quit.js';
import { makeReconnect, type ReconnectNeeds } from './reconnect.js';
import { makeServices, type ServicesNeeds } from './services.js';
import { makeWhois, type WhoisNeeds } from './whois.js';

export type TableNeeds = NickNeeds &
  JoinNeeds &
  WhoisNeeds &
  QuitNeeds &
  ReconnectNeeds &
  ListRoomsNeeds &
  MsgNeeds &
  QueryNeeds &
  ActiveNeeds &
  ServicesNeeds &
  AutoConnectNeeds &
  BridgeVersionNeeds;

export function makeTable(needs: TableNeeds): readonly Command[] {
  const table: readonly Command[] = [
    makeJoin(needs),
    makeQuery(needs),
    makeMsg(needs),
    makeWhois(needs),
    makeNick(needs),
    makeListRooms(needs),
    makeReconnect(needs),
    makeQuit(needs),
    makeServices(needs),
    makeActive(needs),
    makeAutoConnect(needs),
    makeHelp(() => table),
    makeBridgeVersion(needs),
  ];
  return table;
}
