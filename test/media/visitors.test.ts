import assert from 'node:assert/strict';
import { mediaProxy } from '../../src/config/media.js';
import { Proxies } from '../../src/media/proxies.js';
import { Visitors } from '../../src/media/visitors.js';
import { TestClock } from '../support/clock.js';

const usual = mediaProxy.parse({}).trustedProxies;
const from = (remoteAddress: string, forwarded?: string | string[], trusted: readonly string[] = usual): string =>
  new Proxies(trusted).visitorOf({ socket: { remoteAddress }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } } as unknown as Parameters<Proxies['visitorOf']>[0]);

describe('media/visitors', () => {
  const rows: [string, string, string | string[] | undefined, string][] = [
    ['who comes by himself', '198.51.100.7', undefined, '198.51.100.7'],
    ['IPv4 in the clothes of IPv6', '::ffff:198.51.100.7', undefined, '198.51.100.7'],
    ['a household of IPv6', '2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::/64'],
    ['written shorter', '2001:DB8:1:2::6', undefined, '2001:db8:1:2::/64'],
    ['with leading zeros', '2001:0db8:0001:0002::', undefined, '2001:db8:1:2::/64'],
    ['of zeros', '2001:db8::1', undefined, '2001:db8:0:0::/64'],
    ['a proxy on this machine says whom it saw', '127.0.0.1', '198.51.100.7', '198.51.100.7'],
    ['the last is what our proxy saw', '::ffff:127.0.0.1', '1.1.1.1, 198.51.100.7', '198.51.100.7'],
    ['a proxy in a container', '172.18.0.3', '198.51.100.7', '198.51.100.7'],
    ['two headers', '10.0.0.1', ['1.1.1.1', '198.51.100.7'], '198.51.100.7'],
    ['a stranger who says he is another', '198.51.100.7', '1.1.1.1', '198.51.100.7'],
    ['a proxy that says nonsense', '127.0.0.1', 'unknown', '127.0.0.1'],
    ['nobody', '', undefined, ''],
  ];
  for (const [sentence, peer, forwarded, wanted] of rows) {
    it(`MEDIA-8: ${sentence}`, () => assert.equal(from(peer, forwarded), wanted));
  }

  it('MEDIA-8: only those are believed who are trusted', () => {
    assert.equal(from('127.0.0.1', '198.51.100.7', []), '127.0.0.1');
    assert.equal(from('172.17.0.1', '198.51.100.7', ['127.0.0.1']), '172.17.0.1');
    assert.equal(from('203.0.113.9', '198.51.100.7', ['203.0.113.0/24']), '198.51.100.7');
    assert.equal(from('2001:db8::7', '198.51.100.7', ['2001:db8::/64']), '198.51.100.7');
    assert.equal(from('::ffff:203.0.113.9', '2001:db8:1:2::1', ['203.0.113.9']), '2001:db8:1:2::/64');
    for (const nonsense of ['10.0.0.0/33', 'proxy.test', '10.0.0.0/', '', '::1/129', '10.0.0.0/8/8']) {
      assert.equal(mediaProxy.safeParse({ trustedProxies: [nonsense] }).success, false, nonsense);
    }
  });

  it('MEDIA-8: what is read for one address is bounded, too, and its minute passes', async () => {
    const clock = new TestClock();
    const visitors = new Visitors(clock, { perMinute: 9, eachAtOnce: 9, allAtOnce: 9, bytesPerMinute: 100 });
    visitors.begin('a')?.();
    visitors.spent('a', 60);
    await clock.advance(30_000);
    assert.ok(visitors.begin('a'));
    visitors.spent('a', 40);
    assert.equal(visitors.begin('a'), undefined);
    assert.ok(visitors.begin('b'));
    await clock.advance(30_000);
    assert.ok(visitors.begin('a'));
  });

  it('MEDIA-8: so many requests in a minute for each', async () => {
    const clock = new TestClock();
    const visitors = new Visitors(clock, { perMinute: 2, eachAtOnce: 1, allAtOnce: 1, bytesPerMinute: 1 });
    assert.deepEqual([visitors.mayAsk('a'), visitors.mayAsk('a'), visitors.mayAsk('a'), visitors.mayAsk('b')], [true, true, false, true]);
    await clock.advance(60_000);
    assert.equal(visitors.mayAsk('a'), true);
  });

  it('MEDIA-8: so many downloads at a time for each, and for all', () => {
    const visitors = new Visitors(new TestClock(), { perMinute: 9, eachAtOnce: 2, allAtOnce: 3, bytesPerMinute: 1 });
    const first = visitors.begin('a');
    const second = visitors.begin('a');
    assert.ok(first && second);
    assert.equal(visitors.begin('a'), undefined);
    const third = visitors.begin('b');
    assert.ok(third);
    assert.equal(visitors.begin('c'), undefined);
    first();
    first();
    assert.ok(visitors.begin('c'));
    assert.equal(visitors.begin('a'), undefined, 'one that ended twice ended once');
    second();
    third();
    assert.ok(visitors.begin('a') && visitors.begin('a'));
  });
});
