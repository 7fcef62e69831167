import assert from 'node:assert/strict';
import { HELP, readArguments, type Task } from '../../src/arguments.js';

const FILE = 'appservice-registration-irc.yaml';
const rows: readonly (readonly [string, Task])[] = [
  ['--help', { kind: 'help' }],
  ['-h -c x', { kind: 'help' }],
  ['--version', { kind: 'version' }],
  ['-v', { kind: 'version' }],
  ['-c c.yaml', { kind: 'run', config: 'c.yaml', file: FILE }],
  ['-c c.yaml -f r.yaml -p 9999', { kind: 'run', config: 'c.yaml', file: 'r.yaml', port: 9999 }],
  ['--config c.yaml --file r.yaml --port 0', { kind: 'run', config: 'c.yaml', file: 'r.yaml', port: 0 }],
  ['--check-config -c c.yaml', { kind: 'check', config: 'c.yaml' }],
  ['--check-config -c c.yaml -f r', { kind: 'check', config: 'c.yaml', file: 'r' }],
  ['-r -u http://x -c c', { kind: 'register', config: 'c', url: 'http://x', file: FILE, forceNewTokens: false }],
  [
    '--generate-registration --url http://x -c c -f r -l bot --force-new-tokens',
    { kind: 'register', config: 'c', url: 'http://x', file: 'r', localpart: 'bot', forceNewTokens: true },
  ],
  ['-r -u http://x -c c --msc3395', { kind: 'register', config: 'c', url: 'http://x', file: FILE, forceNewTokens: false, msc3395: 'root' }],
  ['-r --msc3395=namespace -u http://x -c c', { kind: 'register', config: 'c', url: 'http://x', file: FILE, forceNewTokens: false, msc3395: 'namespace' }],
  ['-r --msc3395=all -u http://x -c c', { kind: 'wrong', problem: '--msc3395 stands alone or is --msc3395=namespace, got "all"' }],
  ['-c c --msc3395', { kind: 'wrong', problem: '-u, -l, --force-new-tokens and --msc3395 only go with -r' }],
  ['', { kind: 'wrong', problem: 'which configuration? -c FILE is missing' }],
  ['-r -u http://x', { kind: 'wrong', problem: 'which configuration? -c FILE is missing' }],
  ['-r -c c', { kind: 'wrong', problem: '-r needs -u URL: where does the homeserver reach the bridge?' }],
  ['-c c -u http://x', { kind: 'wrong', problem: '-u, -l, --force-new-tokens and --msc3395 only go with -r' }],
  ['-c c -p 65536', { kind: 'wrong', problem: '-p must be a port from 0 to 65535, got "65536"' }],
  ['-c c -p ten', { kind: 'wrong', problem: '-p must be a port from 0 to 65535, got "ten"' }],
  ['-c c --prot 5', { kind: 'wrong', problem: "unknown option '--prot'; did you mean --port?" }],
  ['-c c --frobnicate', { kind: 'wrong', problem: "unknown option '--frobnicate'" }],
  ['-c', { kind: 'wrong', problem: "option '-c, --config <value>' argument missing" }],
  ['c.yaml', { kind: 'wrong', problem: "unexpected argument 'c.yaml'" }],
];

describe('REG-1, REG-2, CLI-1, CLI-2: the command line', () => {
  for (const [words, task] of rows) {
    it(`causeway ${words}`, () => assert.deepEqual(readArguments(words.split(' ').filter(Boolean)), task));
  }

  it('the help names every option and fits a terminal', () => {
    for (const [, task] of rows) assert.ok(task.kind !== 'help' || HELP.length > 0);
    for (const option of [
      '-c,',
      '-f,',
      '-p,',
      '-r,',
      '-u,',
      '-l,',
      '--force-new-tokens',
      '--msc3395',
      '--check-config',
      '-h,',
      '-v,',
    ]) {
      assert.ok(HELP.includes(option), option);
    }
    assert.deepEqual(
      HELP.split('\n').filter((line) => line.length > 85),
      [],
    );
  });
});
