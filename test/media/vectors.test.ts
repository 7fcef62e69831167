/** The vectors of files (S-038, S-039): the words on IRC, with a link that resolves to the file. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { decodeEvent } from '../../src/homeserver/decode.js';
import { quiet } from '../../src/lib/log.js';
import { toUtterance } from '../../src/matrix-to-irc/to-utterance.js';
import { makeAddresses } from '../../src/media/addresses.js';
import { askedOf } from '../../src/media/route.js';
import { readToken } from '../../src/media/token.js';
import { Withdrawn } from '../../src/media/withdrawn.js';
import { TestClock } from '../support/clock.js';
import { aStore } from '../support/store.js';
import { family } from '../support/vectors.js';
import { aWording } from '../support/wording.js';

interface MediaRow {
  readonly id: string;
  readonly in: { readonly msgtype: string; readonly body: string; readonly url: string };
  readonly out_contains: readonly string[];
  readonly out_kind: 'ACTION';
}

const BASE = 'https://media.hs.example';
/** What a row's link need not spell, as long as it leads there. */
const FILE_ID = 'Abc123';

describe('vectors: media', () => {
  for (const row of family<MediaRow>('media')) {
    it(`${row.id}, S-038, S-039: ${row.in.msgtype}`, async () => {
      const key = randomBytes(64);
      const clock = new TestClock();
      const store = (await aStore()).fileAddresses;
      const withdrawn = new Withdrawn({ store, clock, log: quiet, longestTtl: 10 });
      const pastes = { keep: () => Promise.resolve(false), drop: () => Promise.resolve(), end: () => Promise.resolve(), forget: () => Promise.resolve() };
      const addresses = makeAddresses({ publicUrl: BASE, key, ttlSeconds: 10, shortLinks: false, mostBytes: 10, store, pastes, withdrawn, clock, log: quiet });
      const common = { type: 'm.room.message', event_id: '$1', room_id: '!r:hs.test', sender: '@alice:hs.test', origin_server_ts: 1 };
      const decoded = decodeEvent({ ...common, content: row.in });
      assert.ok(decoded.ok && decoded.event.kind === 'message' && decoded.event.body.type === 'media' && decoded.event.body.mxc);
      const { event } = decoded;
      const address = await addresses.ofFile({ event: event.id, mxc: decoded.event.body.mxc, name: decoded.event.body.name });
      assert.ok(address !== undefined && address.startsWith(`${BASE}/`));
      const { how, lines } = toUtterance(event, aWording(), { address }).utterance;
      assert.deepEqual([how, lines.length], ['act', 1]);
      for (const part of row.out_contains) if (part !== FILE_ID) assert.ok(lines[0]?.includes(part), lines[0]);
      const asked = askedOf(new URL(/https:\S+/u.exec(lines[0] ?? '')?.[0] ?? '').pathname, '');
      assert.ok(typeof asked === 'object' && asked.kind === 'token');
      assert.equal(readToken(key, asked.token, asked.name)?.mxc, row.in.url);
    });
  }
});
