import assert from 'node:assert/strict';
import { readYaml } from '../../src/config/yaml.js';
import type { Path } from '../../src/config/paths.js';

const TEXT = `# a comment
homeserver:
  url: "x" # here

ircService:
  servers:
    irc.example.com: &net
      mappings: {"#a": ["!1:x", "!2:x"],
        "#b": {roomIds: ["!3:x"]}}
    other: *net
  text: |
    two
    lines
  list:
    - first
    -
      key: second
  last: 1
`;

const lines: readonly (readonly [string, Path, number])[] = [
  ['the root', [], 1],
  ['a section', ['homeserver'], 2],
  ['a key', ['homeserver', 'url'], 3],
  ['a name with dots', ['ircService', 'servers', 'irc.example.com'], 7],
  ['inside braces', ['ircService', 'servers', 'irc.example.com', 'mappings', '#a', 1], 8],
  ['braces over two lines', ['ircService', 'servers', 'irc.example.com', 'mappings', '#b', 'roomIds', 0], 9],
  ['inside an alias: where the alias stands', ['ircService', 'servers', 'other', 'mappings', '#a', 1], 10],
  ['after a text of several lines', ['ircService', 'list', 0], 15],
  ['an item that is a section', ['ircService', 'list', 1, 'key'], 17],
  ['what is not written: the section around it', ['ircService', 'nothing', 'below'], 5],
  ['what follows a list', ['ircService', 'last'], 18],
];

describe('YAML with its lines', () => {
  const { lineOf, tree } = readYaml(TEXT, 'c.yaml');
  for (const [what, path, line] of lines) it(what, () => assert.equal(lineOf(path), line));

  it('LIBRARIES §5: merge keys, octal numbers and words as js-yaml 4 had them', () => {
    const { tree: read } = readYaml('a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: yes\nd: 0644\n', 'c.yaml');
    assert.deepEqual(read, { a: { x: 1, y: 2 }, b: { x: 1, y: 3 }, c: 'yes', d: 644 });
  });

  it('an alias is a copy: changing it leaves the original as it is', () => {
    const { tree: read } = readYaml('a: &a {x: 1}\nb: *a\n', 'c.yaml');
    (read['b'] as Record<string, unknown>)['x'] = 2;
    assert.deepEqual(read, { a: { x: 1 }, b: { x: 2 } });
  });

  it('an empty file and one of comments are an empty section', () => {
    assert.deepEqual(readYaml('', 'c').tree, {});
    assert.deepEqual(readYaml('# nothing\n', 'c').tree, {});
    assert.deepEqual(readYaml('---\n', 'c').tree, {});
    assert.ok('ircService' in tree);
  });

  it('aliases that grow without end are refused before they fill the memory', () => {
    const start = 'a: &a [1,1,1,1,1,1,1,1,1,1]\n';
    const bomb = ['b', 'c', 'd', 'e', 'f', 'g', 'h'].reduce((text, name, at) => {
      const before = 'abcdefgh'.charAt(at);
      return `${text}${name}: &${name} [${Array.from({ length: 10 }, () => `*${before}`).join(',')}]\n`;
    }, start);
    assert.throws(() => readYaml(bomb, 'c.yaml'), /c\.yaml:1 must not hold more than/u);
  });

  it('a thousand levels are refused', () => {
    assert.throws(() => readYaml('['.repeat(1000), 'c.yaml'), /^BridgeError: c\.yaml:1 /u);
  });
});
