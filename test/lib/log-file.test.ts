import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logFile, type LogFile } from '../../src/lib/log-file.js';
import { logOutputs } from '../../src/lib/log-outputs.js';
import { TestClock } from '../support/clock.js';

const DAY = 24 * 3600_000;

describe('MET-14: log files', () => {
  let directory: string;
  let path: string;
  let clock: TestClock;
  let faults: unknown[];
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'logs-'));
    path = join(directory, 'a.log');
    clock = new TestClock();
    faults = [];
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const make = (maxFiles = 2): LogFile => logFile(path, { maxFiles, clock, onFault: (fault) => faults.push(fault) });
  const files = (): readonly string[] => readdirSync(directory).sort();

  it('are appended to', () => {
    clock = new TestClock(Date.now());
    make().write('one');
    make().write('two');
    assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\n');
  });

  it('get their date when the day is over, and the oldest go', async () => {
    // The file that is there counts by the time on disk, so this one begins with the clock of the test.
    const file = make();
    for (let day = 0; day < 5; day++) {
      file.write(`day ${day}`);
      await clock.advance(DAY);
    }
    assert.deepEqual(files(), ['a.log', 'a.log.2025-01-03', 'a.log.2025-01-04']);
    assert.equal(readFileSync(`${path}.2025-01-04`, 'utf8'), 'day 3\n');
    assert.equal(readFileSync(path, 'utf8'), 'day 4\n');
  });

  it('maxFiles: 0 keeps all', async () => {
    const file = make(0);
    for (let day = 0; day < 4; day++) {
      file.write('x');
      await clock.advance(DAY);
    }
    assert.equal(files().length, 4);
  });

  it('a file left from an earlier day is put away at the first line', () => {
    make().write('old');
    clock = new TestClock(Date.now() + 3 * DAY);
    make().write('new');
    assert.equal(readFileSync(path, 'utf8'), 'new\n');
    assert.equal(files().length, 2);
  });

  it('CLI-10: a file that was moved away is made anew after reopen', () => {
    const file = make();
    file.write('one');
    renameSync(path, `${path}.moved`);
    file.reopen();
    file.write('two');
    assert.equal(readFileSync(path, 'utf8'), 'two\n');
  });

  it('D8: one that cannot be written costs its lines and nothing else, is told once, and tried again', async () => {
    mkdirSync(path);
    const file = make();
    file.write('lost');
    file.write('lost too');
    assert.equal(faults.length, 1);
    rmdirSync(path);
    file.write('still lost: it is left alone for a minute');
    assert.ok(!existsSync(path));
    await clock.advance(60_000);
    file.write('here');
    assert.equal(readFileSync(path, 'utf8'), 'here\n');
  });

  it('INV-9: two outputs, by level, with times or without; changed while they are open', () => {
    clock = new TestClock(Date.now());
    const errfile = join(directory, 'e.log');
    const settings = {
      level: 'info',
      toConsole: false,
      timestamp: false,
      logfile: path,
      errfile,
      maxFiles: 5,
    } as const;
    const outputs = logOutputs(settings, clock);
    outputs.log.debug('not seen');
    outputs.log.info('seen', { password: 'hunter2', nick: 'a\nb' });
    outputs.log.part('irc').error('bad');
    assert.equal(readFileSync(path, 'utf8'), 'INFO  bridge: seen password=… nick="a\\nb"\nERROR irc: bad\n');
    assert.equal(readFileSync(errfile, 'utf8'), 'ERROR irc: bad\n');
    outputs.use({ ...settings, level: 'error', timestamp: true, errfile: undefined });
    outputs.log.info('not seen');
    outputs.log.error('late');
    assert.match(readFileSync(path, 'utf8'), /bad\n\d{4}-\d\d-\d\dT[\d:.]+Z ERROR bridge: late\n$/u);
    assert.equal(readFileSync(errfile, 'utf8'), 'ERROR irc: bad\n');
  });

  it('MET-14: verbose names where a line comes from, until told otherwise', () => {
    const settings = { level: 'info', toConsole: false, timestamp: false, logfile: path, maxFiles: 1 } as const;
    const outputs = logOutputs({ ...settings, verbose: true }, new TestClock(Date.now()));
    outputs.log.part('irc').info('said');
    outputs.use(settings);
    outputs.log.info('said');
    assert.match(readFileSync(path, 'utf8'), /^INFO {2}irc: said \(lib\/log-file\.test\.ts:\d+\)\nINFO {2}bridge: said\n$/);
  });
});
