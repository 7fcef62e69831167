import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { configSchema } from '../../src/config/config.js';
import { differences } from '../../src/config/compare.js';
import { defaultsOf, loadConfig, readConfig } from '../../src/config/load.js';
import { pathText } from '../../src/config/paths.js';

const FILE = new URL('../../config.sample.yaml', import.meta.url).pathname;
const text = readFileSync(FILE, 'utf8');
const environment = {
  variables: {
    EXAMPLENET_PASSWORD: 'a',
    EXAMPLENET_BOT_PASSWORD: 'b',
    HELP_CHANNEL_KEY: 'c',
    PROVISIONING_SECRET: 'd',
  },
  readFile: () => '',
};

/** The names of all keys of a schema, however deep; what stands for names of networks and the like is gone through. */
function keysOf(schema: unknown, keys = new Set<string>()): ReadonlySet<string> {
  const def = (schema as { _zod?: { def: Record<string, unknown> } })._zod?.def ?? {};
  const shape = def['shape'];
  if (typeof shape === 'object' && shape !== null) {
    for (const [key, inner] of Object.entries(shape)) {
      keys.add(key);
      keysOf(inner, keys);
    }
  }
  for (const inner of [def['innerType'], def['valueType'], def['element'], def['in']])
    if (inner !== undefined) keysOf(inner, keys);
  if (Array.isArray(def['options'])) for (const option of def['options']) keysOf(option, keys);
  return keys;
}

/** The sample with its examples in force: `#key: value` and what is indented below it; an empty list or section before it goes. */
function withExamples(sample: string): string {
  const lines: string[] = [];
  let inExample = false;
  for (const line of sample.split('\n')) {
    const start = /^\s*#["\w-]/u.test(line);
    inExample = start ? true : inExample && /^\s*# {2}/u.test(line);
    if (!inExample) {
      lines.push(line);
      continue;
    }
    const last = lines.at(-1);
    if (start && last !== undefined && /^\s*\w+: (?:\[\]|\{\})$/u.test(last) && /^\s*#[-"]/u.test(line)) {
      lines[lines.length - 1] = last.slice(0, -3);
    }
    lines.push(line.replace('#', ''));
  }
  return lines.join('\n');
}

describe('config.sample.yaml', () => {
  it('loads without a warning, and sets nothing that is not in force yet', () => {
    const { warnings, notYet } = loadConfig(FILE, {});
    assert.deepEqual({ warnings, notYet }, { warnings: [], notYet: [] });
  });

  it('INV-11: what it sets is the default', () => {
    const { config } = readConfig(text, FILE, environment);
    assert.deepEqual(differences(config, defaultsOf(config)).map(pathText), []);
  });

  it('has every key there is', () => {
    const keys = [...keysOf(configSchema)];
    assert.ok(keys.length > 150, `only ${keys.length} keys found in the schema`);
    const missing = keys.filter((key) => !new RegExp(`^[ #]*(?:- |.*[{,] )?${key}:`, 'mu').test(text));
    assert.deepEqual(missing, []);
  });

  it('its examples load, all at once and without a warning', () => {
    const { warnings, config } = readConfig(withExamples(text), FILE, environment);
    assert.deepEqual(
      warnings.filter((warning) => !warning.includes('ircService.statsd: ')),
      [],
    );
    const network = config.ircService.servers['irc.example.com'];
    assert.equal(network?.mappings['#help']?.key, 'c');
    assert.equal(network.excludedUsers.length, 1);
    assert.equal(network.membershipLists.rooms.length, 1);
    assert.equal(config.connectionPool?.redisUrl, 'redis://localhost:6379/0');
  });

  it('is in lines of at most 120 columns', () => {
    assert.deepEqual(
      text.split('\n').filter((line) => line.length > 120),
      [],
    );
  });
});
