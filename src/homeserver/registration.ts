/** Reads the registration file, and tells what it lacks for a configuration. */

import { readFileSync } from 'node:fs';
import type { Config } from '../config/config.js';
import { isSection } from '../config/paths.js';
import { readYaml } from '../config/yaml.js';
import { BridgeError, faultText } from '../model/errors.js';
import { parseUserId, type UserId } from '../model/ids.js';

/** One pattern of a namespace, in the homeserver's notation. */
export interface NamespaceRule {
  readonly exclusive: boolean;
  readonly regex: string;
}

export type NamespaceKind = 'users' | 'aliases' | 'rooms';
export const NAMESPACE_KINDS: readonly NamespaceKind[] = ['users', 'aliases', 'rooms'];

/** The registration that homeserver and bridge share (AS API, "Registration"; RELIABILITY AS-REG). */
export interface Registration {
  readonly id: string;
  /** Where the homeserver reaches us. */
  readonly url: string;
  /** Ours towards the homeserver; secret. */
  readonly asToken: string;
  /** The homeserver's towards us; secret. */
  readonly hsToken: string;
  /** The local part of the bot's id. */
  readonly senderLocalpart: string;
  readonly namespaces: Readonly<Record<NamespaceKind, readonly NamespaceRule[]>>;
  /** The whole file, keys unknown to us included; holds the secrets. */
  readonly raw: Readonly<Record<string, unknown>>;
}

const REQUIRED = ['id', 'url', 'as_token', 'hs_token', 'sender_localpart'] as const;

/**
 * Reads the registration file.
 * @throws BridgeError REGISTRATION_FAULT with all faults, one a line; a missing file is told how to make one
 */
export function readRegistration(path: string): Registration {
  const { tree, lineOf } = readFile(path);
  const faults: string[] = [];
  const fault = (keys: readonly (string | number)[], message: string): number =>
    faults.push(`${path}:${lineOf(keys)} ${keys.join('.')}: ${message}`);
  const texts = REQUIRED.map((key) => {
    const value = tree[key];
    if (value === undefined || value === null) fault([key], 'is required');
    else if (typeof value !== 'string') fault([key], 'must be text (put it in quotes)');
    else if (value.trim() === '')
      fault(
        [key],
        key.endsWith('token')
          ? 'must not be empty: anybody could claim to be the homeserver or the bridge'
          : 'must not be empty',
      );
    else return value;
    return '';
  });
  const [id = '', url = '', asToken = '', hsToken = '', senderLocalpart = ''] = texts;
  const rules = tree['namespaces'];
  if (!isSection(rules)) fault(['namespaces'], 'is required: must be a section with users, aliases and rooms');
  const of = (kind: NamespaceKind): readonly NamespaceRule[] => {
    const list = isSection(rules) ? (rules[kind] ?? []) : [];
    if (!Array.isArray(list)) fault(['namespaces', kind], 'must be a list');
    return (Array.isArray(list) ? list : []).flatMap((rule: unknown, at) => {
      if (isSection(rule) && typeof rule['regex'] === 'string')
        return [{ exclusive: rule['exclusive'] === true, regex: rule['regex'] }];
      fault(['namespaces', kind, at], 'must have a regex');
      return [];
    });
  };
  const namespaces = { users: of('users'), aliases: of('aliases'), rooms: of('rooms') };
  if (faults.length > 0) throw new BridgeError('REGISTRATION_FAULT', faults.join('\n'));
  return { id, url, asToken, hsToken, senderLocalpart, namespaces, raw: tree };
}

function readFile(path: string): ReturnType<typeof readYaml> {
  try {
    return readYaml(readFileSync(path, 'utf8'), path);
  } catch (fault) {
    const missing = fault instanceof Error && 'code' in fault && fault.code === 'ENOENT';
    const text = missing ? `${path} is not there; "causeway -r -u URL -c CONFIG" makes one` : faultText(fault);
    throw new BridgeError('REGISTRATION_FAULT', text, { cause: fault });
  }
}

/** The bot's id as registration and configuration have it. */
export function botUserId(registration: Registration, config: Config): UserId {
  const id = parseUserId(`@${registration.senderLocalpart}:${config.homeserver.domain}`);
  if (id !== undefined) return id;
  const text = `sender_localpart ${registration.senderLocalpart} and homeserver.domain make no Matrix user id`;
  throw new BridgeError('REGISTRATION_FAULT', text);
}

/**
 * What the registration lacks for this configuration (REG-8), one sentence each. Room namespaces are not asked for: the
 * bot is in every room that is linked.
 * @param whoAmI the bot's id as the homeserver tells it, once it is known
 */
export function coverage(registration: Registration, config: Config, whoAmI?: UserId): readonly string[] {
  const warnings: string[] = [];
  const { domain } = config.homeserver;
  const need = (kind: NamespaceKind, example: string, why: string): void => {
    if (registration.namespaces[kind].some(({ regex }) => covers(regex, example))) return;
    warnings.push(
      `the registration has no ${kind} namespace for ${example} (${why}): run causeway -r, restart the homeserver`,
    );
  };
  for (const [address, network] of Object.entries(config.ircService.servers)) {
    const fill = (template: string): string => template.replaceAll('$SERVER', address);
    need(
      'users',
      `${fill(network.matrixClients.userTemplate).replace('$NICK', 'Nick')}:${domain}`,
      `people of ${address}`,
    );
    if (!network.dynamicChannels.enabled) continue;
    const alias = fill(network.dynamicChannels.aliasTemplate).replace('$CHANNEL', '#channel');
    need('aliases', `${alias}:${domain}`, `channels of ${address}`);
  }
  const bot = `@${registration.senderLocalpart}:${domain}`;
  if (whoAmI !== undefined && whoAmI !== bot) {
    warnings.push(`the homeserver says that the bot is ${whoAmI}, the registration and the configuration say ${bot}`);
  }
  return warnings;
}

/** Whether a pattern matches from the beginning, as homeservers do; one in a notation that is not ours is believed. */
function covers(regex: string, example: string): boolean {
  try {
    return new RegExp(`^(?:${regex})`).test(example);
  } catch (fault) {
    if (fault instanceof SyntaxError) return true;
    throw fault;
  }
}
