import assert from 'node:assert/strict';
import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { ipv6Address } from '../../src/naming/ipv6.js';

describe('naming/ipv6', () => {
  const rows: readonly (readonly [string, number, string | undefined, string])[] = [
    ['2001:db8:85a3::', 1, undefined, '2001:db8:85a3::1'],
    ['2001:db8:85a3::', 0xffff, undefined, '2001:db8:85a3::ffff'],
    ['2001:db8:85a3::', 0x10000, undefined, '2001:db8:85a3::1:0000'],
    ['2001:db8:85a3::', 0x1a2b3c4d5e6, undefined, '2001:db8:85a3::1a2:b3c4:d5e6'],
    ['2001:db8::', 1, '10:0000', '2001:db8::10:0001'],
    ['2001:db8::', 2, 'f', '2001:db8::11'],
  ];
  for (const [prefix, number, startFrom, address] of rows) {
    it(`IP-1, IP-2: ${address}`, () => {
      assert.equal(ipv6Address(prefix, number, startFrom === undefined ? undefined : { homeserver: 'hs', startFrom }), address);
    });
  }

  it('law: it is an address, and another number has another', () => {
    const number = fc.integer({ min: 1, max: 2 ** 40 });
    fc.assert(fc.property(number, number, (one, other) => {
      const addresses = [one, other].map((each) => ipv6Address('2001:db8:1:2::', each, { homeserver: 'hs', startFrom: '10:0000' }));
      assert.ok(addresses.every((address) => isIPv6(address)));
      assert.equal(addresses[0] === addresses[1], one === other);
    }));
  });
});
