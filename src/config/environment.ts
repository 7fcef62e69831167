/** Secrets from the environment: `${NAME}` in values, `BRIDGE_…` variables, and files named by `…_FILE` (CLI-4). */

import { isSection, setAt, type Complaint, type Path } from './paths.js';
import { nearest } from './spelling.js';

/** The variables of the process, and how to read a file that one of them names. */
export interface Environment {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Gives the text of a file; throws when it cannot be read. */
  readonly readFile: (path: string) => string;
}

/** What came from the environment: places whose values are never shown, and what went wrong. */
export interface FromEnvironment {
  readonly hidden: readonly Path[];
  readonly faults: readonly Complaint[];
  readonly warnings: readonly Complaint[];
}

/** Secrets outside networks that a `BRIDGE_…` variable can set; the name is the path in capitals. */
const SECRETS: readonly Path[] = [
  ['database', 'connectionString'],
  ['connectionPool', 'redisUrl'],
  ['sentry', 'dsn'],
  ['ircService', 'provisioning', 'secret'],
];

/** `BRIDGE_IRC_SERVICE_SERVERS_IRC_EXAMPLE_COM_BOT_CONFIG_PASSWORD` and the like. */
export function variableOf(path: Path): string {
  const words = path.map((step) =>
    String(step)
      .replace(/([a-z])([A-Z])/gu, '$1_$2')
      .replace(/[^A-Za-z0-9]+/gu, '_'),
  );
  return `BRIDGE_${words.join('_').replace(/_{2,}/gu, '_').toUpperCase()}`;
}

/** Puts the environment's secrets into `tree` (which is changed). Values of variables win over those of the file. */
export function applyEnvironment(tree: Record<string, unknown>, environment: Environment): FromEnvironment {
  const hidden: Path[] = [];
  const faults: Complaint[] = [];
  const warnings: Complaint[] = [];
  const get = (name: string, path: Path): string | undefined => {
    const value = environment.variables[name];
    const file = environment.variables[`${name}_FILE`];
    if (value !== undefined || file === undefined) return value;
    try {
      return environment.readFile(file).replace(/\r?\n$/u, '');
    } catch {
      faults.push({ path, message: `the file that ${name}_FILE names cannot be read` });
      return '';
    }
  };
  const fill = (value: unknown, path: Path): unknown => {
    if (typeof value === 'string' && value.includes('${')) {
      const filled = substitute(value, (name) => {
        const found = get(name, path);
        if (found === undefined) {
          faults.push({
            path,
            message: `names the variable ${name}, which is not set ($\${${name}} stands for the characters as such)`,
          });
        }
        return found ?? '';
      });
      if (filled !== value) hidden.push(path);
      return filled;
    }
    if (Array.isArray(value)) return value.map((item, at) => fill(item, [...path, at]));
    if (isSection(value)) for (const [key, inner] of Object.entries(value)) value[key] = fill(inner, [...path, key]);
    return value;
  };
  fill(tree, []);
  const known = secretPaths(tree);
  for (const [name, path] of known) {
    const value = get(name, path);
    if (value === undefined) continue;
    setAt(tree, path, value);
    hidden.push(path);
  }
  for (const name of Object.keys(environment.variables)) {
    if (!name.startsWith('BRIDGE_') || known.has(name.replace(/_FILE$/u, ''))) continue;
    const meant = nearest(name, [...known.keys()]);
    if (meant !== undefined)
      warnings.push({ path: [], message: `the environment variable ${name} is not known; did you mean ${meant}?` });
  }
  return { hidden, faults, warnings };
}

/** `${NAME}` becomes the variable's value, `$${NAME}` the characters `${NAME}`. */
function substitute(text: string, get: (name: string) => string): string {
  return text.replace(/(\$?)\$\{([A-Z_][A-Z0-9_]*)\}/gu, (whole, escape: string, name: string) =>
    escape === '' ? get(name) : whole.slice(1),
  );
}

/** Every secret that this file could have, by the variable that sets it. */
function secretPaths(tree: Record<string, unknown>): ReadonlyMap<string, Path> {
  const paths: Path[] = [...SECRETS];
  const service = tree['ircService'];
  const servers = isSection(service) && isSection(service['servers']) ? service['servers'] : {};
  for (const [address, network] of Object.entries(servers)) {
    const path = ['ircService', 'servers', address];
    paths.push([...path, 'password'], [...path, 'botConfig', 'password']);
    const mappings = isSection(network) && isSection(network['mappings']) ? Object.keys(network['mappings']) : [];
    for (const channel of mappings) paths.push([...path, 'mappings', channel, 'key']);
  }
  return new Map(paths.map((path) => [variableOf(path), path]));
}
