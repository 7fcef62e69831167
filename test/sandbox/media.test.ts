/** The sandbox's homeserver gives files as Synapse does (SYNAPSE.md "Media"). */

import assert from 'node:assert/strict';
import { SandboxHomeserver } from '../../src/sandbox/homeserver.js';

describe('sandbox homeserver: files', () => {
  const hs = new SandboxHomeserver();
  const bearer = { authorization: 'Bearer AS' };
  let mxc = '';
  before(async () => {
    await hs.start();
    hs.addAppservice('id: irc\nas_token: AS\nhs_token: HS\nsender_localpart: bot\nnamespaces: {users: [], aliases: [], rooms: []}\n');
    const answer = await fetch(`${hs.url}/_matrix/media/v3/upload?filename=${encodeURIComponent('thé.html')}`, {
      method: 'POST',
      body: '<b>tea</b>',
      headers: { ...bearer, 'content-type': 'text/html' },
    });
    assert.equal(answer.status, 200);
    mxc = ((await answer.json()) as { content_uri: string }).content_uri;
    assert.match(mxc, /^mxc:\/\/hs\.test\/[\w-]{24}$/u);
  });
  after(() => hs.stop());

  const get = (path: string, init: RequestInit = { headers: bearer }): Promise<Response> => fetch(`${hs.url}${path.replace('FILE', mxc.slice(6))}`, { redirect: 'error', ...init });

  const refused: [string, string, RequestInit, number, string][] = [
    ['the old way', '/_matrix/media/v3/download/FILE', { headers: bearer }, 404, 'M_NOT_FOUND'],
    ['the old way, with nothing to show', '/_matrix/media/v3/download/FILE', {}, 404, 'M_NOT_FOUND'],
    ['no token', '/_matrix/client/v1/media/download/FILE', {}, 401, 'M_MISSING_TOKEN'],
    ['a wrong token', '/_matrix/client/v1/media/download/FILE', { headers: { authorization: 'Bearer x' } }, 401, 'M_UNKNOWN_TOKEN'],
    ['a file that there is not', '/_matrix/client/v1/media/download/hs.test/x', { headers: bearer }, 404, 'M_NOT_FOUND'],
    ['a file of a server that is not there', '/_matrix/client/v1/media/download/far.example/x', { headers: bearer }, 404, 'M_NOT_FOUND'],
    ['authenticated media of another version', '/_matrix/client/v3/media/download/FILE', { headers: bearer }, 404, 'M_UNRECOGNIZED'],
    ['upload without a token', '/_matrix/media/v3/upload', { method: 'POST', body: 'x' }, 401, 'M_MISSING_TOKEN'],
    ['another method', '/_matrix/client/v1/media/download/FILE', { method: 'DELETE', headers: bearer }, 405, 'M_UNRECOGNIZED'],
  ];
  for (const [sentence, path, init, status, errcode] of refused) {
    it(`refuses ${sentence}`, async () => {
      const answer = await get(path, init);
      assert.deepEqual([answer.status, ((await answer.json()) as { errcode: string }).errcode], [status, errcode]);
    });
  }

  it('gives it whole, whatever part is asked for', async () => {
    for (const path of ['/_matrix/client/v1/media/download/FILE', '/_matrix/client/v1/media/download/FILE/other.name?allow_redirect=true']) {
      const answer = await get(path, { headers: { ...bearer, range: 'bytes=0-1' } });
      assert.deepEqual([answer.status, await answer.text()], [200, '<b>tea</b>']);
      const { headers } = answer;
      assert.deepEqual([headers.get('content-type'), headers.get('accept-ranges')], ['text/html; charset=UTF-8', null]);
      assert.equal(headers.get('content-disposition'), "attachment; filename*=utf-8''th%C3%A9.html");
    }
    const head = await get('/_matrix/client/v1/media/download/FILE', { method: 'HEAD', headers: bearer });
    assert.deepEqual([head.status, head.headers.get('content-length'), await head.text()], [200, '10', '']);
  });
});
