import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { makeAddresses } from '../../src/media/addresses.js';
import type { PublicAddresses } from '../../src/media/port.js';
import { Quarantine } from '../../src/media/quarantine.js';
import { digestOf } from '../../src/media/token.js';
import { Withdrawn } from '../../src/media/withdrawn.js';
import { BridgeError } from '../../src/model/errors.js';
import type { MxcUri } from '../../src/model/ids.js';
import type { FileAddressStore } from '../../src/store/port.js';
import { TestClock, until } from '../support/clock.js';
import { eventId, listeningLog, userId } from '../support/make.js';
import { aStore } from '../support/store.js';

const [ALICE, MOD] = [userId('@alice:hs.test'), userId('@mod:hs.test')];
const CAT = 'mxc://hs.test/cat' as MxcUri;
const NOT_ADMIN = new BridgeError('HOMESERVER_FORBIDDEN', 'quarantineMedia: 403 M_FORBIDDEN You are not a server admin', { status: 403, errcode: 'M_FORBIDDEN' });

interface Life {
  readonly addresses: PublicAddresses;
  readonly quarantine: Quarantine;
  readonly locked: string[];
  readonly lines: ReturnType<typeof listeningLog>['lines'];
  refusal: Error | undefined;
}

describe('media/quarantine', () => {
  let store: FileAddressStore;
  const clock = new TestClock();
  const closing: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    const whole = await aStore();
    store = whole.fileAddresses;
    closing.push(() => whole.close());
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function live(refusal?: Error, { mostBytes = 1e6 } = {}): Promise<Life> {
    const { log, lines } = listeningLog();
    const locked: string[] = [];
    const life: { refusal: Error | undefined } = { refusal };
    const quarantine = new Quarantine({
      store, clock, log,
      homeserver: {
        quarantine: async (mxc) => {
          if (life.refusal) throw life.refusal;
          locked.push(mxc);
        },
      },
    });
    const withdrawn = new Withdrawn({ store, clock, log, longestTtl: 604_800 });
    await withdrawn.load();
    await quarantine.load(withdrawn.digests);
    closing.push(() => quarantine.close());
    const pastes = { keep: () => Promise.resolve(false), drop: () => Promise.resolve(), end: () => Promise.resolve(), forget: () => Promise.resolve() };
    const addresses = makeAddresses({
      publicUrl: 'https://x.test', key: randomBytes(64), ttlSeconds: 3600, shortLinks: false, mostBytes, store, pastes, withdrawn, quarantine, clock, log,
    });
    return Object.assign(life, { addresses, quarantine, locked, lines });
  }
  const show = (life: Life, event: string, mxc = CAT, more: object = {}): Promise<string | undefined> =>
    life.addresses.ofFile({ event: eventId(event), mxc, name: 'cat.png', author: ALICE, ...more });
  const deleted = async (life: Life, event: string, by = MOD): Promise<void> => {
    await life.addresses.withdraw(eventId(event), by);
    await life.quarantine.close();
  };

  it('MEDIA-13: a file of a message that a moderator deletes is locked away, once, and no other', async () => {
    const life = await live();
    await show(life, '$a');
    await show(life, '$a');
    await show(life, '$b', 'mxc://far.test/dog' as MxcUri);
    await deleted(life, '$a');
    await deleted(life, '$a');
    assert.deepEqual(life.locked, [CAT]);
    assert.deepEqual(life.lines.map(({ level }) => level).filter((level) => level !== 'info'), []);
  });

  it('MEDIA-13: all files of it, those of edits too, and those that have no link', async () => {
    const life = await live(undefined, { mostBytes: 10 });
    const files = Array.from({ length: 5 }, (_, at) => `mxc://hs.test/${at}` as MxcUri);
    await Promise.all(files.slice(0, 4).map((mxc) => show(life, '$a', mxc, { bytes: 1000 })));
    await show(life, '$edit', files[4], { replaces: eventId('$a') });
    await deleted(life, '$a');
    assert.deepEqual([...life.locked].sort(), files);
  });

  const spared: [string, (life: Life) => Promise<void>][] = [
    ['what its author deletes', async (life) => (await show(life, '$a'), deleted(life, '$a', ALICE))],
    ['what one of ours deletes', async (life) => (await show(life, '$a'), life.addresses.withdraw(eventId('$a')))],
    ['a sticker, which others use, too', async (life) => (await show(life, '$a', CAT, { shared: true }), deleted(life, '$a'))],
    ['what nobody showed', (life) => deleted(life, '$never')],
    ['what was shown a month ago', async (life) => {
      await show(life, '$a');
      await life.quarantine.close();
      await clock.advance(31 * 86_400_000);
      await store.forgetBefore(clock.now());
      await deleted(life, '$a');
    }],
  ];
  for (const [sentence, act] of spared) {
    it(`MEDIA-13: is left alone: ${sentence}`, async () => {
      const life = await live();
      await act(life);
      await life.quarantine.close();
      assert.deepEqual(life.locked, []);
    });
  }

  it('MEDIA-13: a message that comes after its deletion loses its file, too', async () => {
    const life = await live();
    await deleted(life, '$a');
    assert.equal(await show(life, '$a'), undefined);
    await until('it is locked', () => life.locked.length === 1);
  });

  it('MEDIA-13: who is no admin is told once; the deletion is not held up, and it is done when he is one', async () => {
    const life = await live(NOT_ADMIN);
    await show(life, '$a');
    await show(life, '$b', 'mxc://hs.test/dog' as MxcUri);
    await deleted(life, '$a');
    await deleted(life, '$b');
    life.quarantine.retry();
    await life.quarantine.close();
    const warnings = life.lines.filter(({ level }) => level === 'warn');
    assert.equal(warnings.length, 1);
    assert.match(JSON.stringify(warnings), /not a server admin/u);
    assert.equal(await show(life, '$a'), undefined, 'its link has ended');
    life.refusal = undefined;
    life.quarantine.retry();
    await life.quarantine.close();
    assert.deepEqual([...life.locked].sort(), [CAT, 'mxc://hs.test/dog']);
    life.refusal = NOT_ADMIN;
    await show(life, '$c');
    await deleted(life, '$c');
    assert.equal(life.lines.filter(({ level }) => level === 'warn').length, 2, 'told anew after it worked');
  });

  it('MEDIA-13, F2: what was shown or left undone in an earlier life is remembered', async () => {
    const first = await live(NOT_ADMIN);
    await show(first, '$a');
    await show(first, '$b', 'mxc://hs.test/dog' as MxcUri);
    await deleted(first, '$a');
    const second = await live();
    await second.quarantine.close();
    assert.deepEqual(second.locked, [CAT], 'what was left undone');
    await deleted(second, '$b');
    assert.deepEqual(second.locked, [CAT, 'mxc://hs.test/dog']);
    await store.forgetBefore(clock.now());
    const third = await live();
    await third.quarantine.close();
    assert.deepEqual(third.locked, [], 'what was done is done');
  });

  it('SYN-10: of a closed account nothing is remembered', async () => {
    const life = await live();
    await show(life, '$a');
    await life.quarantine.close();
    await store.forgetAuthors(new Set([digestOf(ALICE)]));
    await deleted(life, '$a');
    assert.deepEqual(life.locked, []);
  });

  it('F9: a disk that fails holds up neither messages nor deletions', async () => {
    const life = await live();
    const add = store.addFile.bind(store);
    store.addFile = () => Promise.reject(new Error('ENOSPC'));
    assert.ok(await show(life, '$a'));
    await deleted(life, '$a');
    store.addFile = add;
    assert.deepEqual(life.locked, []);
    assert.ok(life.lines.some(({ level }) => level === 'error'));
  });
});
