import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AccountNews } from '../../src/model/account.js';
import { decodeAccount } from '../../src/homeserver/decode-account.js';
import { syntheticIn } from '../../src/homeserver/synthetic.js';
import { ALICE } from '../support/make.js';

const NOW = 1_700_000_000_000;
const whom = { domain: 'hs.test', isOurs: (user: string) => user.startsWith('@irc_') || user === '@bot:hs.test' };
const read = (body: unknown): AccountNews => decodeAccount(body, NOW, whom);
const told = (type: string, content: object = {}, more: object = {}): object => ({ type, content: { user_id: ALICE, ...content }, ts: NOW - 5, ...more });
const kindOf = (body: unknown): string => {
  const news = read(body);
  return news.kind === 'change' ? news.change.kind : news.kind === 'nothing' ? news.outcome : news.kind;
};

describe('homeserver/decode-account', () => {
  for (const prefix of ['m.', 'uk.half-shot.msc3395.', 'uk.half-shot.mscXXXX.']) {
    it(`SYN-4, M1: the types of ${prefix}`, () => {
      const types = ['user.registration', 'user.login', 'user.logout', 'user.deactivated', 'user.deactivation'];
      assert.deepEqual(types.map((type) => kindOf(told(prefix + type))), ['registration', 'login', 'logout', 'deactivated', 'deactivated']);
    });
  }

  const rows: readonly (readonly [string, unknown, string])[] = [
    ['SEED-000a: the meta event of a new user', told('m.new_user'), 'registration'],
    ['SEED-000b: in the shape of an ordinary event', { type: 'm.new_user', sender: '@server:hs.test', origin_server_ts: 5, content: { user_id: ALICE } }, 'registration'],
    ['SEED-000c: a wish for figures', { type: 'org.matrix.synapse.metrics_requested', content: {} }, 'figures'],
    ['SEED-000c: a vendor’s own', told('com.vendor.thing'), 'ignored'],
    ['SYN-4: an unknown type', told('m.user.exploded'), 'ignored'],
    ['SYN-4: a type that only ends like one', told('xm.user.login'), 'ignored'],
    ['SYN-5: keys we do not know', told('m.user.login', { device_id: 'A', more: { x: 1 } }, { y: [2] }), 'login'],
    ['SYN-22, M7: somebody of another domain', told('m.user.login', { user_id: '@alice:other.test' }), 'rejected'],
    ['M7: of a domain that only begins like ours', told('m.user.login', { user_id: '@alice:hs.test.evil.org' }), 'rejected'],
    ['M7: a ghost', told('m.user.deactivated', { user_id: '@irc_bob:hs.test' }), 'rejected'],
    ['M7: the bot', told('m.user.deactivated', { user_id: '@bot:hs.test' }), 'rejected'],
    ['M7: nobody', told('m.user.deactivated', { user_id: 7 }), 'rejected'],
    ['M7: no id', told('m.user.deactivated', { user_id: 'alice' }), 'rejected'],
    ['SYN-11: a device that is none is not all devices', told('m.user.logout', { device_id: 7 }), 'rejected'],
    ['SYN-11: an empty one neither', told('m.user.logout', { device_id: '' }), 'rejected'],
    ['SYN-8: a soft logout in words', told('m.user.logout', { device_id: 'A', soft_logout: 'true' }), 'rejected'],
    ['no object', 'm.user.login', 'ignored'],
  ];
  for (const [what, body, kind] of rows) it(what, () => assert.equal(kindOf(body), kind));

  it('SYN-11: the proposal’s slip, a logout without anything, is one of all devices', () => {
    assert.deepEqual(read(told('m.user.logout')), { kind: 'change', type: 'logout', change: { person: ALICE, at: NOW - 5, kind: 'logout', soft: false } });
  });

  it('SYN-5: without a time, or with an absurd one, it happened when it came', () => {
    for (const ts of [undefined, null, 'now', -1, NOW + 7_200_000, NaN]) {
      const news = read({ ...told('m.user.registration'), ts });
      assert.ok(news.kind === 'change' && news.change.at === NOW && news.change.undated === true, String(ts));
    }
  });

  it('SYN-18: of a device only a hash is left, another for each person', () => {
    const text = JSON.stringify(read(told('m.user.login', { device_id: 'SECRETDEVICE' })));
    assert.ok(!text.includes('SECRETDEVICE'));
    assert.notEqual(JSON.stringify(read(told('m.user.login', { device_id: 'SECRETDEVICE', user_id: '@al:hs.test' }))).match(/device":"([^"]+)/u)?.[1], text.match(/device":"([^"]+)/u)?.[1]);
  });

  it('SYN-18: not even the journal has it, and what is kept says the same', () => {
    const all = ['A', '', 7, null, undefined, { x: 1 }].flatMap((device) => ['m.user.login', 'm.user.logout'].map((type) => told(type, { device_id: device, 'chat.causeway.device': 'forged' })));
    for (const item of [...all, told('m.user.login', { device_id: 'SECRETDEVICE', other: 1 })]) {
      const { content, ...rest } = item as { content: Record<string, unknown> };
      const { 'chat.causeway.device': _, ...honest } = content;
      const [kept] = syntheticIn({ 'm.synthetic_events': [item] }).items;
      assert.deepEqual(read(kept?.body), read({ ...rest, content: honest }));
      assert.ok(!JSON.stringify(kept).includes('SECRETDEVICE'));
    }
  });

  it('the homeserver’s own count is taken when it is one', () => {
    const left = (count: unknown): unknown => {
      const news = read(told('m.user.logout', { device_id: 'A', 'chat.causeway.devices_left': count }));
      return news.kind === 'change' && news.change.kind === 'logout' ? news.change.left : 'nothing';
    };
    assert.deepEqual([0, 3, -1, 1.5, '2', null].map(left), [0, 3, undefined, undefined, undefined, undefined]);
  });

  it('M7: whatever comes, it is read without a fault', () => {
    const content = fc.dictionary(fc.constantFrom('user_id', 'device_id', 'soft_logout', '__proto__', 'x'), fc.oneof(fc.jsonValue(), fc.constant(ALICE)));
    fc.assert(fc.property(fc.oneof(fc.jsonValue(), fc.record({ type: fc.constantFrom('m.user.login', 'm.user.logout', 'm.x'), content, ts: fc.jsonValue() })), (body) => void read(body)));
  });
});

describe('homeserver/synthetic', () => {
  const [login, logout] = [told('m.user.login'), told('m.user.logout')];
  const bodies = (transaction: object): unknown[] => syntheticIn(transaction as Record<string, unknown>).items.map(({ body }) => body);

  it('SYN-3: what stands under several keys is taken once', () => {
    const [m, msc, old] = ['m.synthetic_events', 'uk.half-shot.msc3395.synthetic_events', 'uk.half-shot.mscXXXX.synthetic_events'] as const;
    assert.deepEqual(bodies({ [m]: [login], [msc]: [login, logout], [old]: [logout] }), [login, logout]);
    assert.deepEqual(bodies({ [old]: [login] }), [login]);
    assert.deepEqual(bodies({}), []);
  });

  it('M5: within a list the same may happen twice, and the order stays', () => {
    const list = [logout, login, logout];
    assert.deepEqual(bodies({ 'm.synthetic_events': list }), list);
    assert.deepEqual(bodies({ 'm.synthetic_events': list, 'uk.half-shot.msc3395.synthetic_events': list }), list);
  });

  it('M2: an entry with a time is known again, one without is news each time', () => {
    const seen = (item: object): unknown => syntheticIn({ 'm.synthetic_events': [item] }).items[0]?.seen;
    assert.equal(seen(login), seen({ ts: NOW - 5, content: { user_id: ALICE }, type: 'm.user.login' }));
    assert.notEqual(seen(login), seen(logout));
    assert.equal(seen({ type: 'm.user.login', content: {} }), undefined);
  });
});
