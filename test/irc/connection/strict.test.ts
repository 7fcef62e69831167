import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { systemClock } from '../../../src/lib/clock.js';
import { StrictHosts, StrictLink, type StrictHost } from '../../../src/irc/connection/strict.js';
import { Addresses } from '../../../src/irc/connection/addresses.js';
import { TestClock, until } from '../../support/clock.js';
import { Bench, channel } from '../../support/irc-network.js';

const pem = (name: string): string => readFileSync(new URL(`certificates/${name}`, import.meta.url), 'utf8');

describe('irc/connection/strict', () => {
  let clock: TestClock;
  let kept: Record<string, StrictHost>[];
  const make = (known?: ReadonlyMap<string, StrictHost>): StrictHosts => {
    const keep = (hosts: ReadonlyMap<string, StrictHost>): void => void kept.push(Object.fromEntries(hosts));
    return new StrictHosts({ clock, keep, settled: () => Promise.resolve(), ...(known === undefined ? {} : { known }) });
  };
  const link = (hosts: StrictHosts, secure: boolean, port = 6697, asked: number[] = []): StrictLink =>
    new StrictLink(hosts, { host: 'irc.test', port, secure, asked: (to) => asked.push(to) });
  beforeEach(() => {
    clock = new TestClock();
    kept = [];
  });

  const values: readonly [value: string, plain: number | undefined, secure: number | undefined][] = [
    ['port=6697', 6697, undefined],
    ['port=6697,duration=60', 6697, 60],
    ['duration=60,port=12345', 12345, 60],
    ['duration=60', undefined, 60],
    ['unknown,draft/x=1,port=6697,preload', 6697, undefined],
    ['duration=999999999999999', undefined, 315_360_000],
    ...['', 'port', 'port=', 'port=0', 'port=65536', 'port=-1', 'port=6697x', 'port=1e3', 'port=6697,port=7000', 'xport=6697', 'duration=1.5', 'duration=60,duration=70', 'duration=9999999999999999'].map(
      (value): [string, undefined, undefined] => [value, undefined, undefined],
    ),
  ];
  for (const [value, plain, secure] of values) {
    it(`CONN-3: "${value}" means ${plain ?? 'nothing'} without TLS and ${secure ?? 'nothing'} with it`, () => {
      const asked: number[] = [];
      const hosts = make();
      assert.equal(link(hosts, false, 6667, asked).heard(value), plain !== undefined);
      assert.deepEqual([hosts.portOf('irc.test'), asked, kept], [plain, plain === undefined ? [] : [plain], []]);
      const other = make();
      assert.equal(link(other, true, 7000).heard(value), false);
      const until = clock.now() + (secure ?? 0) * 1000;
      assert.equal(other.portOf('irc.test'), secure === undefined ? undefined : 7000);
      assert.deepEqual(kept, secure === undefined ? [] : [{ 'irc.test': { port: 7000, seconds: secure, until } }]);
    });
  }

  it('R15: what was heard with TLS holds while that connection lasts, and from its end as long as was said', () => {
    const hosts = make();
    const first = link(hosts, true);
    first.heard('duration=60');
    clock.jump(3_600_000);
    assert.equal(hosts.portOf('irc.test'), 6697);
    first.over();
    first.over();
    assert.equal(kept.at(-1)?.['irc.test']?.until, clock.now() + 60_000);
    clock.jump(59_999);
    assert.equal(hosts.portOf('irc.test'), 6697);
    clock.jump(1);
    assert.equal(hosts.portOf('irc.test'), undefined);
    assert.deepEqual(kept.at(-1), {});
  });

  it('R15: what a plain connection said outlasts failures, until the word with TLS takes its place', () => {
    const hosts = make();
    link(hosts, false, 6667).heard('port=7000');
    const failed = link(hosts, true, 7000);
    failed.over();
    clock.jump(10 * 86_400_000);
    assert.equal(hosts.portOf('irc.test'), 7000);
    const secure = link(hosts, true, 7000);
    secure.heard('duration=1');
    secure.over();
    clock.jump(1000);
    assert.equal(hosts.portOf('irc.test'), undefined);
    assert.equal(hosts.portOf('irc.other'), undefined);
  });

  it('R15: 0 takes back what was said; another connection over which it was said before brings nothing back', () => {
    const hosts = make();
    const [one, two] = [link(hosts, true), link(hosts, true)];
    one.heard('duration=60');
    two.heard('duration=0');
    assert.equal(hosts.portOf('irc.test'), undefined);
    one.over();
    assert.deepEqual([hosts.portOf('irc.test'), kept.at(-1)], [undefined, {}]);
  });

  it('R15: what was kept is in force after a restart, unless its time is over', () => {
    const at = clock.now();
    const hosts = make(new Map([['irc.test', { port: 7000, seconds: 60, until: at + 1 }], ['irc.old', { port: 7000, seconds: 60, until: at }]]));
    assert.deepEqual([hosts.portOf('irc.test'), hosts.portOf('irc.old')], [7000, undefined]);
  });

  it('CONN-3: of several addresses the one that asked is dialled with TLS', () => {
    const client = {};
    const addresses = new Addresses(['a', 'b', 'c'], () => 0);
    const seen = ['a', 'b', 'c', 'a'].map((host) => {
      const first = addresses.next(client);
      addresses.stay(client);
      return first === host && addresses.next(client) === host;
    });
    assert.deepEqual(seen, [true, true, true, true]);
  });

  it('CONN-3: who is told in the middle of talk comes back with TLS, as after any loss', async () => {
    let read = '';
    const server = createServer({ key: pem('leaf.key'), cert: pem('good.pem') }, (socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('data', (data: Buffer) => {
        read += data.toString();
        if (data.includes('CAP LS')) socket.write(':s CAP * LS :\r\n');
        if (data.includes('CAP END')) socket.write(':s 001 alice :Welcome\r\n');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const hosts = new StrictHosts({ clock: systemClock, keep: () => undefined, settled: () => Promise.resolve() });
    const bench = await Bench.make({ tlsOptions: { ca: pem('root.pem') } }, systemClock, '127.0.0.1', hosts);
    try {
      const client = await bench.client('alice');
      await client.join(channel('#cats'));
      bench.server.by('alice').send(`:s CAP alice NEW :sts=port=${(server.address() as AddressInfo).port}`);
      await until('it is there again, with TLS', () => client.status === 'ready' && read.includes('JOIN #cats'));
      const statuses = bench.of('clientStatus').map(({ status }) => status);
      assert.deepEqual(statuses, ['connecting', 'ready', 'lost', 'connecting', 'ready']);
      assert.equal(client.inChannel(channel('#cats')), false);
    } finally {
      await bench.end();
      server.close();
    }
  });
});
