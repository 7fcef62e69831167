/** What dependency-cruiser and eslint do not see of docs/architecture.md: sizes, first sentences, names, where words may be used. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

interface Source {
  readonly path: string;
  readonly text: string;
}

const sources: readonly Source[] = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ path: name.replaceAll('\\', '/'), text: readFileSync(`src/${name}`, 'utf8') }));

/** Code without comments and strings, so that a word in a sentence is none in the code. */
function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'/g, '');
}

/** Modules of which something is left at run time. */
function imported(text: string): string[] {
  return [...text.matchAll(/^import (?!type\b)([\s\S]*?)(?: from )?'([^']+)';$/gm)]
    .filter(([, what = '']) => what === '' || !what.startsWith('{') || what.slice(1, -1).split(',').some(isValue))
    .map(([, , module]) => module ?? '');
}

const isValue = (name: string): boolean => name.trim() !== '' && !name.trim().startsWith('type ');
const lawless = (law: (source: Source) => boolean, within: readonly Source[] = sources): string[] =>
  within.filter((source) => !law(source)).map(({ path }) => path);
const inFolders = (...folders: string[]): Source[] => sources.filter(({ path }) => folders.some((folder) => path.startsWith(`${folder}/`)));
const withoutPaths = (...paths: string[]): Source[] => sources.filter(({ path }) => !paths.includes(path));

describe('architecture', () => {
  it('the source is there to be looked at', () => {
    assert.ok(sources.length > 100);
    assert.deepEqual(imported("import a from 'a';\nimport type { B } from 'b';\nimport { type C, d } from 'c';\nimport 'e';\nimport { type F } from 'f';\nimport {\n  g,\n  type H,\n} from 'g';\n"), ['a', 'c', 'e', 'g']);
  });

  it('no file is longer than 250 lines', () => {
    assert.deepEqual(lawless(({ text }) => text.split('\n').length <= 251), []);
  });

  it('every file opens with a sentence that says what it is for', () => {
    const opening = ({ text }: Source): string => /^(?:#![^\n]*\n)?\/\*\*([\s\S]*?)\*\//.exec(text)?.[1]?.replace(/\n \*/g, ' ').trim() ?? '';
    assert.deepEqual(lawless((source) => /^\S.{15,}[.!?]$/s.test(opening(source))), []);
  });

  it('no module is put together of more than twelve others, but those whose work it is', () => {
    const builders = /^(?:build-[a-z]+|app|main)\.ts$|\/(?:table|open)\.ts$|^sandbox\//;
    assert.deepEqual(lawless(({ path, text }) => builders.test(path) || imported(text).length <= 12), []);
  });

  it('no file and no class is called manager, helper, util, common, base or handler', () => {
    const banned = /manager|helper|util|common|base|handler/i;
    assert.deepEqual(lawless(({ path }) => !banned.test(basename(path).replace(/^database\b/, ''))), []);
    const classes = sources.flatMap(({ text }) => [...code(text).matchAll(/\bclass (\w+)/g)].map(([, name]) => name ?? ''));
    assert.ok(classes.length > 20);
    assert.deepEqual(classes.filter((name) => banned.test(name)), []);
  });

  it('IRC names are folded in one place: nowhere else in the flows and the naming is a letter made small', () => {
    const places = [...inFolders('irc-to-matrix', 'matrix-to-irc', 'rooms', 'people', 'policy', 'store', 'journal'), ...inFolders('naming')];
    // An ident is made of letters and digits, not compared as a name.
    const allowed = ['naming/casefold.ts', 'naming/ident-name.ts'];
    const judged = places.filter(({ path }) => !allowed.includes(path));
    assert.deepEqual(lawless(({ text }) => !/\.to(?:Locale)?(?:Lower|Upper)Case\(/.test(code(text)), judged), []);
  });

  it('S-INJ: one file writes to sockets of IRC, and what it gets has been cleaned', () => {
    const writes = /\bsocket\??\.(?:write|end)\((?!\))|\.writeLine\(|\.raw\(/i;
    const judged = inFolders('irc').filter(({ path }) => path !== 'irc/ident/ident-server.ts');
    assert.deepEqual(lawless(({ text }) => !writes.test(code(text)), judged), ['irc/connection/write-gate.ts']);
    assert.deepEqual(lawless(({ text }) => !/\bnew WriteGate\(|\bgate\??\.write\(/.test(code(text))), ['irc/connection/socket-transport.ts']);
    const transport = sources.find(({ path }) => path === 'irc/connection/socket-transport.ts')?.text ?? '';
    assert.match(transport, /const clean = cleanLine\(line, this\.#wire\.lineBytes\?\.\(\)\);/);
    assert.deepEqual(transport.match(/gate\??\.write\(.*/g), ['gate.write(`${clean}\\r\\n`, handed);']);
  });

  it('time and chance are taken from lib/clock.ts and parameters', () => {
    const real = /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\b(?:set|clear)(?:Timeout|Interval|Immediate)\b|\bperformance\.now\b/;
    const judged = withoutPaths('lib/clock.ts', 'lib/log.ts', 'lib/log-outputs.ts', 'main.ts').filter(({ path }) => !path.startsWith('sandbox/'));
    assert.deepEqual(lawless(({ text }) => !real.test(code(text)), judged), []);
  });

  it('the environment is read in config/load.ts and main.ts', () => {
    const judged = withoutPaths('config/load.ts', 'main.ts').filter(({ path }) => !path.startsWith('sandbox/'));
    assert.deepEqual(lawless(({ text }) => !/\bprocess\.env\b/.test(code(text)), judged), []);
  });

  it('pure folders wait for nothing', () => {
    assert.deepEqual(lawless(({ text }) => !/\basync\b|\bawait\b|\bPromise\b/.test(code(text)), inFolders('text', 'naming', 'policy')), []);
  });

  it('nobody exports by default, hides a fault in an empty catch, or asks the type checker to look away', () => {
    assert.deepEqual(lawless(({ text }) => !/\bexport default\b|\bas any\b/.test(code(text))), []);
    // With the reason written in it, it is not empty.
    assert.deepEqual(lawless(({ text }) => !/\bcatch(?: \(\w+\))? \{\s*\}/.test(text)), []);
    assert.deepEqual(lawless(({ text }) => !/@ts-(?:ignore|expect-error|nocheck)|eslint-disable/.test(text)), []);
  });

  it('nothing is left to be done', () => {
    assert.deepEqual(lawless(({ text }) => !/\b(?:TODO|FIXME|XXX|HACK)\b/.test(text)), []);
  });
});
