/** Shared by the tests of this folder: a configuration text to what is said about it. */

import { readConfig, type Loaded } from '../../src/config/load.js';
import { BridgeError } from '../../src/model/errors.js';

/** Reads a text as `c.yaml`; files that variables name are those of `files`. */
export function read(
  text: string,
  variables: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {},
): Loaded {
  const readFile = (path: string): string => {
    const found = files[path];
    if (found === undefined) throw new Error(`no such file: ${path}`);
    return found;
  };
  return readConfig(text, 'c.yaml', { variables, readFile });
}

/** The faults of a text, one a line; none when it is right. */
export function faultsOf(text: string, variables: Readonly<Record<string, string>> = {}): readonly string[] {
  try {
    read(text, variables);
    return [];
  } catch (fault) {
    if (fault instanceof BridgeError && fault.code === 'CONFIG_FAULT') return fault.message.split('\n');
    throw fault;
  }
}

/** A right configuration; `network` is the YAML of its only network, in flow style, `rest` more lines. */
export function withNetwork(network = '{}', rest = ''): string {
  return `homeserver: {url: "http://localhost:8008", domain: hs.example}\nircService:\n  servers:\n    irc.example: ${network}\n${rest}`;
}
