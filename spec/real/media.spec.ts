/** Files and long texts for people without accounts, on a real Synapse and ngIRCd (MEDIA-1, 4, 5, 11, 13). */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { becomes, linkIn, opens, PUBLIC_URL, redacts, uploads } from '../support/links.js';
import { replaceRoom } from '../support/replaced-room.js';
import { story } from '../support/story.js';
import { moderates, theBot } from '../support/moderator.js';
import { makesAdmin } from './admin.js';
import { missing, realWorld } from './world.js';

const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), randomBytes(500_000)]);

/** Asks until it is so. */
async function eventually(what: string, so: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await so()); tries++) {
    if (tries > 300) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const lacking = missing('ngircd');
const tell = lacking === undefined ? it : it.skip;
describe('media on Synapse and ngircd', function () {
  this.timeout(360_000);
  tell(`MEDIA-1, 4, 5, 11, 13: what is uploaded to Synapse opens by our link, and ends with its message; ROOM-17: a room is upgraded${lacking === undefined ? '' : `: ${lacking}`}`, () =>
    story(() => realWorld('ngircd'), { service: { mediaProxy: { publicUrl: PUBLIC_URL, quarantine: true } } }, async ({ people, bridge, world }) => {
      const bob = await people.onIrc('bob', '#files');
      const alice = await people.onMatrix('alice');
      const room = await alice.joins(people.alias('#files'));
      await alice.says(room, 'hello');
      await bob.sees('hello');
      const mxc = await uploads(alice, PNG, 'image/png', 'cat.png');
      const event = await alice.sends(room, { msgtype: 'm.image', body: 'cat.png', url: mxc, info: { mimetype: 'image/png', size: PNG.length } });
      const link = linkIn((await bob.sees(/uploaded an image: cat\.png/u)).text);
      const whole = await opens(link, bridge.port);
      assert.deepEqual([whole.status, whole.headers.get('content-type')], [200, 'image/png']);
      assert.ok(whole.bytes.equals(PNG));
      const part = await opens(link, bridge.port, { headers: { range: 'bytes=-1000' } });
      assert.deepEqual([part.status, part.headers.get('content-range')], [206, `bytes ${PNG.length - 1000}-${PNG.length - 1}/${PNG.length}`]);
      assert.ok(part.bytes.equals(PNG.subarray(-1000)));
      const page = await uploads(alice, Buffer.from('<script>alert(1)</script>'), 'text/html', 'x.html');
      await alice.sends(room, { msgtype: 'm.file', body: 'x.html', url: page });
      const html = await opens(linkIn((await bob.sees(/posted a file: x\.html/u)).text), bridge.port);
      assert.deepEqual([html.status, html.headers.get('content-type')], [200, 'application/octet-stream']);
      await alice.sends(room, { msgtype: 'm.file', body: 'none', url: 'mxc://hs.test/none' });
      assert.equal((await opens(linkIn((await bob.sees(/posted a file: none/u)).text), bridge.port)).status, 404);
      const text = Array.from({ length: 20 }, (_, at) => `line ${at}`).join('\n');
      const long = await alice.says(room, text);
      const paste = linkIn((await bob.sees(/^line 0 \(full message at/u)).text);
      assert.equal((await opens(`${paste}/raw`, bridge.port)).bytes.toString(), text);
      await redacts(alice, room, event);
      await redacts(alice, room, long);
      await becomes(link, bridge.port, 410);
      await becomes(paste, bridge.port, 410);

      // MEDIA-13: what a moderator deletes nobody gets any more, not even its author; what the author deleted he still has.
      const bot = await theBot(bridge, world.homeserverUrl);
      await makesAdmin(world.homeserverUrl, bot.userId);
      const mod = await people.onMatrix('mod');
      await mod.joins(room);
      await moderates(mod, room, bridge);
      const bad = await uploads(alice, randomBytes(1000), 'image/png', 'bad.png');
      const posted = await alice.sends(room, { msgtype: 'm.image', body: 'bad.png', url: bad });
      await bob.sees(/bad\.png/u);
      const status = async (file: string): Promise<number> => {
        const answer = await fetch(`${alice.url}/_matrix/client/v1/media/download/${file.slice('mxc://'.length)}`, { headers: { authorization: `Bearer ${alice.token}` } });
        await answer.arrayBuffer();
        return answer.status;
      };
      assert.equal(await status(bad), 200);
      await redacts(mod, room, posted);
      await eventually('it is quarantined', async () => (await status(bad)) === 404);
      assert.equal(await status(mxc), 200);
      await replaceRoom({ people, bridge }, { service: { bridgeInfoState: { enabled: true } } });
    }));
});
