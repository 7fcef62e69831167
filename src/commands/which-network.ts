/** Which network a command is about: the first argument if it names one, else the only one (ADM-6). */

import type { NetworkConfig } from '../config/network.js';
import { type NetworkName, type Nick, parseNick } from '../model/irc-names.js';
import { granted, type Outcome, refused } from '../model/refusal.js';
import type { Call } from './command.js';

export type ConfigOf = (network: NetworkName) => NetworkConfig;

/** A call whose network is settled; `args` are without it. */
export interface Settled {
  readonly network: NetworkName;
  /** How people call it. */
  readonly called: string;
  readonly args: readonly string[];
}

/** How people call a network. */
export function calledOf(configOf: ConfigOf, network: NetworkName): string {
  return configOf(network).name ?? network;
}

/** The network that a word names, by address, `networkId` or `name`, in letters of either case. */
export function networkNamed(
  configOf: ConfigOf,
  networks: readonly NetworkName[],
  word: string,
): NetworkName | undefined {
  const same = (name: string | undefined): boolean =>
    name !== undefined && name.localeCompare(word, 'en', { sensitivity: 'accent' }) === 0;
  return networks.find((network) => {
    const { name, networkId } = configOf(network);
    return same(network) || same(networkId) || same(name);
  });
}

/** A call about a nick. */
export interface SettledNick extends Settled {
  readonly nick: Nick;
  /** How many arguments are read up to the nick. */
  readonly used: number;
}

/** Settles the network and the nick behind it; refuses what can be no nick. */
export function whichNick(configOf: ConfigOf, call: Call): Outcome<SettledNick> {
  const settled = whichNetwork(configOf, call);
  if (!settled.ok) return settled;
  const { args } = settled.value;
  const nick = parseNick(args[0]);
  if (nick === undefined) return refused('nick-invalid', 'Say whom you mean.', true);
  return granted({ ...settled.value, nick, used: call.args.length - args.length + 1 });
}

/** Settles the network; refuses when there are several and none is named. */
export function whichNetwork(configOf: ConfigOf, { networks, args }: Call): Outcome<Settled> {
  const [first = '', ...rest] = args;
  const named = networkNamed(configOf, networks, first);
  if (named !== undefined) return granted({ network: named, called: calledOf(configOf, named), args: rest });
  const [only, another] = networks;
  if (only !== undefined && another === undefined) {
    return granted({ network: only, called: calledOf(configOf, only), args });
  }
  const known = networks.map((network) => calledOf(configOf, network)).join(', ');
  return refused('server-said-no', `Say first which network you mean. There are: ${known}.`, true);
}
