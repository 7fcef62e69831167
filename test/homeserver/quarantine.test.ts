import assert from 'node:assert/strict';
import type { Call, ClientServer } from '../../src/homeserver/call.js';
import { faultOf } from '../../src/homeserver/matrix-errors.js';
import { quarantine } from '../../src/homeserver/quarantine.js';
import type { MxcUri } from '../../src/model/ids.js';

describe('homeserver/quarantine', () => {
  const server = (status: number, body: object, calls: Call[] = []): ClientServer => {
    const once = (call: Call): Promise<unknown> => {
      calls.push(call);
      return status === 200 ? Promise.resolve(body) : Promise.reject(faultOf(call.name, { status, body }, 0));
    };
    return { once } as unknown as ClientServer;
  };

  it('MEDIA-13: asks as the bot, at the one place', async () => {
    const calls: Call[] = [];
    await quarantine(server(200, {}, calls), 'mxc://[::1]:8448/a-b_C' as MxcUri);
    assert.deepEqual(calls.map(({ method, root, path }) => `${method} ${root}${path}`), ['POST /_synapse/admin/v1/media/quarantine/%5B%3A%3A1%5D%3A8448/a-b_C']);
  });

  const rows: [string, number, object, string][] = [
    ['the bot is no admin', 403, { errcode: 'M_FORBIDDEN', error: 'You are not a server admin' }, 'HOMESERVER_FORBIDDEN'],
    ['no Synapse', 404, { errcode: 'M_UNRECOGNIZED', error: 'Unrecognized request' }, 'HOMESERVER_BAD_REQUEST'],
    ['the path is kept from us by a proxy', 404, {}, 'HOMESERVER_UNAVAILABLE'],
  ];
  for (const [sentence, status, body, code] of rows) {
    it(`MEDIA-13: ${sentence}`, () => assert.rejects(quarantine(server(status, body), 'mxc://hs.test/a' as MxcUri), { code }));
  }
});
