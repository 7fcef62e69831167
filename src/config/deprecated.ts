/** Keys of the predecessor that were renamed or dropped: their values move, and each is warned of once (CLI-5). */

import { isSection, pathText, removeAt, setAt, valueAt, type Complaint, type Path } from './paths.js';

/** What was moved, so that faults name the place where the value is written. */
export interface Moved {
  readonly warnings: readonly Complaint[];
  /** The written path of a path, where they differ. */
  readonly writtenAs: (path: Path) => Path;
}

interface Move {
  readonly from: Path;
  readonly to: Path;
}

interface Rename {
  readonly from: Path;
  readonly to: Path;
  /** Changes the form of the value on the way; `inside` is where the value as written then is. */
  readonly reshape?: (value: unknown) => unknown;
  readonly inside?: Path;
}

const SERVICE_RENAMES: readonly Rename[] = [
  { from: ['databaseUri'], to: ['database'], reshape: databaseOfUri, inside: ['connectionString'] },
  { from: ['matrixHandler', 'shortReplyThresholdSeconds'], to: ['matrixHandler', 'shortReplyTresholdSeconds'] },
  { from: ['ircHandler', 'powerLevelGracePeriod'], to: ['ircHandler', 'powerLevelGracePeriodMs'] },
];

const NETWORK_RENAMES: readonly Rename[] = [
  { from: ['description'], to: ['name'] },
  { from: ['ca'], to: ['tlsOptions', 'ca'] },
  { from: ['excludeUsers'], to: ['excludedUsers'] },
  { from: ['membershipLists', 'ignoreIdleOnStartup'], to: ['membershipLists', 'ignoreIdleUsersOnStartup'] },
];

/** Keys that do nothing any more, and what to say about each. */
const SERVICE_DROPPED: readonly (readonly [Path, string])[] = [
  [['logging', 'maxFileSizeBytes'], 'log files change by day, not by size: this key does nothing'],
  [['provisioning', 'ruleFile'], 'rules are read from provisioning.rules, not from a file: this key does nothing'],
  [['provisioning', 'enableReload'], 'rules are read again on SIGHUP: this key does nothing'],
];

/** Rewrites `tree` (which is changed) to the keys of today. Where both old and new key are set, the new one counts. */
export function moveDeprecated(tree: Record<string, unknown>): Moved {
  const warnings: Complaint[] = [];
  const moves: Move[] = [];
  const rename = (root: Path, { from, to, reshape, inside = [] }: Rename, toRoot: Path = root): void => {
    const old: Path = [...root, ...from];
    const now: Path = [...toRoot, ...to];
    const value = valueAt(tree, old);
    if (value === undefined) return;
    removeAt(tree, old);
    const both = valueAt(tree, now) !== undefined;
    if (!both) setAt(tree, now, reshape ? reshape(value) : value);
    if (!both) moves.push({ from: old, to: [...now, ...inside] });
    const end = both ? `is set too and counts` : `is its name now`;
    warnings.push({ path: old, message: `is an old key; ${pathText(toRoot === root ? to : now)} ${end}` });
  };
  const drop = (path: Path, message: string): void => {
    if (valueAt(tree, path) === undefined) return;
    removeAt(tree, path);
    warnings.push({ path, message });
  };
  const service: Path = ['ircService'];
  for (const each of SERVICE_RENAMES) rename(service, each, each.from[0] === 'databaseUri' ? [] : service);
  for (const [path, message] of SERVICE_DROPPED) drop([...service, ...path], message);
  if (valueAt(tree, [...service, 'statsd']) !== undefined) {
    warnings.push({
      path: [...service, 'statsd'],
      message: 'is not in force in this version; metrics gives the same figures',
    });
  }
  const servers = valueAt(tree, [...service, 'servers']);
  for (const address of isSection(servers) ? Object.keys(servers) : []) {
    const network: Path = [...service, 'servers', address];
    for (const each of NETWORK_RENAMES) rename(network, each);
    drop([...network, 'dynamicChannels', 'groupId'], 'groups are gone from Matrix: this key does nothing');
    reshapeMappings(tree, network, warnings, moves);
    reshapeRules(tree, network, warnings);
  }
  return {
    warnings,
    writtenAs: (path) => {
      const move = moves.find(({ to }) => to.length <= path.length && to.every((step, at) => step === path[at]));
      return move ? [...move.from, ...path.slice(move.to.length)] : path;
    },
  };
}

/** `nedb://…` or `postgres://…` to the section `database`. */
function databaseOfUri(uri: unknown): unknown {
  const engine = typeof uri === 'string' && /^postgres/u.test(uri) ? 'postgres' : 'nedb';
  return { engine, connectionString: uri };
}

/** A mapping that is a bare list of rooms. */
function reshapeMappings(tree: unknown, network: Path, warnings: Complaint[], moves: Move[]): void {
  const mappings = valueAt(tree, [...network, 'mappings']);
  if (!isSection(mappings)) return;
  const bare = Object.entries(mappings).filter(([, rooms]) => Array.isArray(rooms));
  for (const [channel, rooms] of bare) {
    mappings[channel] = { roomIds: rooms };
    const from = [...network, 'mappings', channel];
    moves.push({ from, to: [...from, 'roomIds'] });
  }
  const first = bare[0];
  if (first) {
    const more = bare.length > 1 ? ` (here and in ${bare.length - 1} more)` : '';
    const message = `a bare list of rooms is the old form; write { roomIds: [...] }${more}`;
    warnings.push({ path: [...network, 'mappings', first[0]], message });
  }
}

/** Rooms and channels of `membershipLists` that are bare names: without a rule of their own, the global ones count. */
function reshapeRules(tree: unknown, network: Path, warnings: Complaint[]): void {
  for (const [list, key] of [
    ['rooms', 'room'],
    ['channels', 'channel'],
  ] as const) {
    const path = [...network, 'membershipLists', list];
    const rules = valueAt(tree, path);
    if (!Array.isArray(rules) || !rules.some((rule) => typeof rule === 'string')) continue;
    setAt(
      tree,
      path,
      rules.map((rule: unknown) => (typeof rule === 'string' ? { [key]: rule } : rule)),
    );
    warnings.push({
      path,
      message: `a bare name sets nothing, the global rules count for it; write { ${key}: ..., ... }`,
    });
  }
}
