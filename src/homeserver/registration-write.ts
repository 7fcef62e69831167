/** Writes the registration file that an admin gives to the homeserver. */

import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dump } from 'js-yaml';
import type { Config } from '../config/config.js';
import { isSection } from '../config/paths.js';
import { readYaml } from '../config/yaml.js';
import { BridgeError, faultText } from '../model/errors.js';
import { isSyntheticKey, syntheticPart, withNotes, type SyntheticShape } from './registration-synthetic.js';
import { NAMESPACE_KINDS, type NamespaceKind, type NamespaceRule } from './registration.js';

/** The bot's local part when none is given (REG-2). */
const BOT_LOCALPART = 'appservice-irc';
/** Bytes of chance in each token (REG-3). */
const TOKEN_BYTES = 32;

export interface RegistrationWish {
  readonly config: Config;
  /** Where the homeserver reaches the bridge. */
  readonly url: string;
  /** The file to write; one that is there keeps its id and tokens. */
  readonly file: string;
  /** The bot's local part; absent: as it was, or `appservice-irc`. */
  readonly localpart?: string;
  readonly forceNewTokens?: boolean;
  /** How to ask for synthetic user events (MSC3395); absent: as before. */
  readonly msc3395?: SyntheticShape;
}

export interface Written {
  /** Whether id and tokens are those of an earlier file. */
  readonly kept: boolean;
  /** What is new (`+ users …`) and gone (`- users …`) against the earlier file. */
  readonly changes: readonly string[];
}

type Namespaces = Readonly<Record<NamespaceKind, readonly NamespaceRule[]>>;

/**
 * Writes the file with mode 0600, whole or not at all (REG-1 to REG-6). Keys of an earlier file that are not ours stay.
 * @throws BridgeError REGISTRATION_FAULT when the earlier file is no YAML, the directory cannot be written, or the
 *   address or local part is none
 */
export function writeRegistration(wish: RegistrationWish): Written {
  if (!/^https?:\/\/[^\s/]+/u.test(wish.url))
    throw new BridgeError('REGISTRATION_FAULT', `the address ${wish.url} must begin with http:// or https://`);
  if (wish.localpart !== undefined && !/^[a-z0-9._=/+-]+$/u.test(wish.localpart)) {
    throw new BridgeError('REGISTRATION_FAULT', `${wish.localpart} must be a local part: a-z 0-9 . _ = / + -`);
  }
  const before = existsSync(wish.file) ? readYaml(readFileSync(wish.file, 'utf8'), wish.file).tree : {};
  const kept = (key: string): string | undefined => {
    const value = before[key];
    return typeof value === 'string' && value.trim() !== '' ? value : undefined;
  };
  const secret = (key: string): string =>
    (wish.forceNewTokens ? undefined : kept(key)) ?? randomBytes(TOKEN_BYTES).toString('hex');
  const keptAll =
    wish.forceNewTokens !== true && ['id', 'as_token', 'hs_token'].every((key) => kept(key) !== undefined);
  const synthetic = syntheticPart(before, wish.config, wish.msc3395);
  const own = namespacesFor(wish.config);
  const namespaces = { ...own, users: [...own.users, ...synthetic.users] };
  const ours = {
    id: secret('id'),
    url: wish.url,
    as_token: secret('as_token'),
    hs_token: secret('hs_token'),
    sender_localpart: wish.localpart ?? kept('sender_localpart') ?? BOT_LOCALPART,
    rate_limited: false,
    protocols: ['irc'],
    'de.sorunome.msc2409.push_ephemeral': true,
    receive_ephemeral: true,
    namespaces,
  };
  const others = Object.fromEntries(Object.entries(before).filter(([key]) => !Object.hasOwn(ours, key) && !isSyntheticKey(key)));
  const whole = dump({ ...ours, ...others, ...synthetic.root }, { lineWidth: -1, noRefs: true });
  replace(wish.file, withNotes(whole, synthetic));
  const had = isSection(before['namespaces']) ? before['namespaces'] : {};
  const keys = (file: Readonly<Record<string, unknown>>): string[] => Object.keys(file).filter(isSyntheticKey).slice(0, 1);
  return {
    kept: keptAll,
    changes: [
      ...NAMESPACE_KINDS.flatMap((kind) => changes(kind, had[kind], namespaces[kind])),
      ...keys(synthetic.root).flatMap((key) => (Object.hasOwn(before, key) ? [] : [`+ ${key}`])),
      ...keys(before).flatMap((key) => (Object.hasOwn(synthetic.root, key) ? [] : [`- ${key}`])),
    ],
  };
}

/** The namespaces that a configuration needs, sorted, each once (REG-4, REG-5). */
export function namespacesFor(config: Config): Namespaces {
  const end = `:${escaped(config.homeserver.domain)}$`;
  const users: string[] = [];
  const aliases: string[] = [];
  const rooms: string[] = [];
  for (const [address, network] of Object.entries(config.ircService.servers)) {
    const pattern = (template: string, variable: string): string =>
      template
        .split(variable)
        .map((part) => escaped(part.replaceAll('$SERVER', address)))
        .join('.*');
    users.push(`^${pattern(network.matrixClients.userTemplate, '$NICK')}${end}`);
    if (network.dynamicChannels.enabled) {
      const template = network.dynamicChannels.aliasTemplate;
      // The template that is just $CHANNEL takes the # of the channel for that of the alias.
      aliases.push(`^${template === '$CHANNEL' ? '#.*' : pattern(template, '$CHANNEL')}${end}`);
    }
    rooms.push(
      ...Object.values(network.mappings).flatMap(({ roomIds }) => roomIds.map((room) => `^${escaped(room)}$`)),
    );
  }
  const rules = (regexes: readonly string[], exclusive: boolean): readonly NamespaceRule[] =>
    [...new Set(regexes)].sort().map((regex) => ({ exclusive, regex }));
  return { users: rules(users, true), aliases: rules(aliases, true), rooms: rules(rooms, false) };
}

/** Text as a pattern that matches just it, in Python's, Rust's and JavaScript's notation alike. */
function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&');
}

function changes(kind: NamespaceKind, before: unknown, now: readonly { readonly regex?: unknown }[]): readonly string[] {
  const had = (Array.isArray(before) ? before : []).flatMap((rule: unknown) =>
    isSection(rule) && typeof rule['regex'] === 'string' ? [rule['regex']] : [],
  );
  const has = now.flatMap(({ regex }) => (typeof regex === 'string' ? [regex] : []));
  return [
    ...has.filter((regex) => !had.includes(regex)).map((regex) => `+ ${kind} ${regex}`),
    ...had.filter((regex) => !has.includes(regex)).map((regex) => `- ${kind} ${regex}`),
  ];
}

/** Puts the new file in the place of the old one, so that no half-written one is ever there. */
function replace(file: string, text: string): void {
  try {
    const fresh = `${file}.new`;
    writeFileSync(fresh, text, { mode: 0o600 });
    chmodSync(fresh, 0o600);
    renameSync(fresh, file);
  } catch (fault) {
    throw new BridgeError('REGISTRATION_FAULT', `${file} cannot be written: ${faultText(fault)}`, { cause: fault });
  }
}
