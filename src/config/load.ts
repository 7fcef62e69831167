/** A file and the environment to a `Config`; tells every fault at once, with its line. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { BridgeError, faultText } from '../model/errors.js';
import { configSchema, type Config, type ConfigInput } from './config.js';
import { moveDeprecated } from './deprecated.js';
import { applyEnvironment, type Environment } from './environment.js';
import { judge } from './judge.js';
import { notYetInForce } from './not-yet.js';
import { isSecret, isSection, pathText, type Complaint, type Path } from './paths.js';
import { checkTree, touches } from './check-tree.js';
import { readYaml, type YamlFile } from './yaml.js';

/** A configuration, and what its owner should know about it. */
export interface Loaded {
  readonly config: Config;
  /** One line each, with file and line: unknown and old keys, odd values. Never holds a secret. */
  readonly warnings: readonly string[];
  /** Paths that are set and do nothing yet. */
  readonly notYet: readonly string[];
  /** Whether a secret is written in the file itself. */
  readonly secretsInFile: boolean;
}

/**
 * Reads the configuration file.
 * @param variables the process's environment (CLI-4)
 * @throws BridgeError CONFIG_FAULT with all faults, one a line: `config.yaml:57 ircService.…: must be …, got …`;
 * unknown keys are among them, since a misspelt one may be what is missing
 */
export function loadConfig(path: string, variables: Environment['variables'] = process.env): Loaded {
  const loaded = readConfig(readText(path), path, { variables, readFile: (file) => readFileSync(file, 'utf8') });
  const key = loaded.config.ircService.passwordEncryptionKeyPath;
  const open = [...(loaded.secretsInFile ? [path] : []), ...(key !== undefined && existsSync(key) ? [key] : [])];
  const warnings = open.map(worldReadable).filter((warning) => warning !== undefined);
  return { ...loaded, warnings: [...warnings, ...loaded.warnings] };
}

/** Makes a configuration of a text; see `loadConfig`. Touches nothing but what `environment` reads. */
export function readConfig(text: string, file: string, environment: Environment): Loaded {
  const yaml = readYaml(text, file);
  const written = withoutEmpty(yaml.tree);
  const secretsInFile = holdsSecret(written, []);
  const env = applyEnvironment(written, environment);
  const tree = withoutEmpty(written);
  const moved = moveDeprecated(tree);
  const checked = checkTree(tree, env.hidden);
  const judged = checked.config ? judge(checked.config, tree) : { faults: [], warnings: [] };
  const faults = [
    ...env.faults,
    ...checked.faults,
    ...judged.faults.filter(({ path }) => !touches(path, checked.faults)),
  ];
  const lines = (complaints: readonly Complaint[]): readonly string[] =>
    asLines(complaints, yaml, file, moved.writtenAs);
  if (faults.length > 0 || !checked.config)
    throw new BridgeError('CONFIG_FAULT', lines([...faults, ...checked.unknown]).join('\n'));
  return {
    config: checked.config,
    warnings: lines([...env.warnings, ...moved.warnings, ...checked.unknown, ...judged.warnings]),
    notYet: notYetInForce(checked.config, defaultsOf(checked.config)),
    secretsInFile,
  };
}

/** A configuration from keys in code, for whoever needs one without a file; throws like `readConfig`. */
export function configFrom(input: ConfigInput): Config {
  const checked = checkTree(input, []);
  const faults = [...checked.faults, ...checked.unknown, ...(checked.config ? judge(checked.config).faults : [])];
  if (checked.config && faults.length === 0) return checked.config;
  throw new BridgeError('CONFIG_FAULT', faults.map(({ path, message }) => `${pathText(path)}: ${message}`).join('\n'));
}

/** What a configuration with these networks is when nothing else is set. */
export function defaultsOf(config: Config): Config {
  const servers = Object.fromEntries(Object.keys(config.ircService.servers).map((address) => [address, {}]));
  const { url, domain } = config.homeserver;
  return configSchema.parse({ homeserver: { url, domain }, ircService: { servers } });
}

/** A warning when everybody on the machine can read a file that may hold secrets (SEC-8). */
export function worldReadable(path: string): string | undefined {
  if (process.platform === 'win32') return undefined;
  const open = (statSync(path).mode & 0o004) !== 0;
  return open
    ? `${path} can be read by every user of this machine; chmod 640 or 600 would keep its secrets`
    : undefined;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (fault) {
    const code = fault instanceof Error && 'code' in fault ? fault.code : undefined;
    const known = { ENOENT: 'is not there', EISDIR: 'is a directory', EACCES: 'may not be read by this user' }[String(code)];
    const why = known ?? `cannot be read: ${faultText(fault)}`;
    throw new BridgeError('CONFIG_FAULT', `${path} ${why}`, { cause: fault });
  }
}

/** Secrets for which an empty text means none. */
const NONE_WHEN_EMPTY: readonly string[] = ['password', 'secret', 'key', 'dsn'];

/** Keys with nothing after them count as not written: sections often stay behind with all their lines commented out. */
function withoutEmpty(tree: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(tree).filter(
    ([key, value]) => value !== null && !(value === '' && NONE_WHEN_EMPTY.includes(key)),
  );
  return Object.fromEntries(entries.map(([key, value]) => [key, isSection(value) ? withoutEmpty(value) : value]));
}

/** Whether a secret is written here; an address counts when it holds a password. */
function holdsSecret(value: unknown, path: Path): boolean {
  if (isSection(value)) return Object.entries(value).some(([key, inner]) => holdsSecret(inner, [...path, key]));
  if (typeof value !== 'string' || !isSecret(path.slice(-1)) || value.includes('${')) return false;
  return !/:\/\//u.test(value) || value.includes('@');
}

function asLines(
  complaints: readonly Complaint[],
  yaml: YamlFile,
  file: string,
  writtenAs: (path: Path) => Path,
): readonly string[] {
  const placed = complaints.map(({ path, message }) => {
    const shown = writtenAs(path);
    return { line: yaml.lineOf(shown), text: path.length === 0 ? message : `${pathText(shown)}: ${message}` };
  });
  return placed.sort((a, b) => a.line - b.line).map(({ line, text }) => `${file}:${line} ${text}`);
}
