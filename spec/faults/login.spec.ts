/** Registration, account and certificates of the bot's own connection, as irctest asks of a client (RELIABILITY §5). */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:tls';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Bridge, type BridgeWish } from '../support/bridge.js';
import { until } from '../support/look.js';
import { RawIrcd, type RawPeer } from '../support/raw-irc.js';
import { stage } from '../support/stage.js';
import { story } from '../support/story.js';
import { sandboxWorld } from '../support/world.js';

const pem = (name: string): string => readFileSync(new URL(`../../test/irc/connection/certificates/${name}`, import.meta.url), 'utf8');

describe('faults: the login of the bot', () => {
  const ircd = new RawIrcd();
  const set = stage({ asleep: true, bridge: async () => ({ ircPort: await ircd.start() }) });
  after(() => ircd.stop());
  afterEach(async () => {
    ircd.answer = () => undefined;
    await set.bridge.stop();
  });

  /** Starts the bridge, with this account if any, on a server that lists `caps` and takes part in SASL as `answers` says. */
  async function meets(
    caps: string,
    login?: { readonly account: string; readonly password: string },
    answers: (peer: RawPeer, payload: string) => void = () => undefined,
  ): Promise<RawPeer> {
    ircd.caps = caps;
    ircd.answer = (peer, command, params) => {
      if (command !== 'AUTHENTICATE') return false;
      if (params === 'PLAIN') peer.send('AUTHENTICATE +');
      else answers(peer, params);
      return true;
    };
    const account = login && { sasl: true, botConfig: { enabled: true, nick: 'CausewayBot', username: login.account, password: login.password } };
    set.bridge.configure({ ircPort: ircd.port, network: { ...account } });
    const from = ircd.peers.length;
    await set.bridge.start();
    await until('it has come', () => ircd.peers.length > from);
    const peer = ircd.peers[from];
    assert.ok(peer);
    return peer;
  }
  const has = (peer: RawPeer, line: string): Promise<void> => until(line, () => peer.lines.includes(line));
  const said = (peer: RawPeer, word: string): string[] => peer.lines.filter((line) => line.startsWith(`${word} `));

  it('IRC-CAP: CAP LS 302 is the first line; NICK has one parameter and USER four; an empty list ends in CAP END', async () => {
    const peer = await meets('');
    await has(peer, 'CAP END');
    assert.equal(peer.lines[0], 'CAP LS 302');
    assert.match(said(peer, 'NICK')[0] ?? '', /^NICK :?\S+$/u);
    assert.match(said(peer, 'USER')[0] ?? '', /^USER \S+ \S+ \S+ :?\S.*$/u);
    assert.deepEqual(said(peer, 'CAP'), ['CAP LS 302', 'CAP END']);
  });

  const logins: readonly (readonly [string, string, number])[] = [
    ['short', 'sesame', 1],
    ['longer than 400 bytes of base64, in pieces', 'barbaz'.repeat(100), 3],
    ['the same beyond ASCII', 'éèà'.repeat(100), 3],
    ['a multiple of 400, closed by a lone +', 'quux'.repeat(148), 3],
    ['the same beyond ASCII', 'éè'.repeat(148), 3],
  ];
  for (const [what, password, pieces] of logins) {
    it(`IRC-SASL: PLAIN, ${what}: CAP END after 903 and not before`, async () => {
      const account = password === 'sesame' ? 'jilles' : 'foo';
      const payload = Buffer.from(`${account}\0${account}\0${password}`).toString('base64');
      let got = '';
      const peer = await meets('sasl', { account, password }, (who, piece) => {
        got += piece === '+' ? '' : piece;
        if (piece.length === 400) return;
        who.send(`:raw.test 900 * * ${account} :You are now logged in.`);
        assert.ok(!who.lines.includes('CAP END'));
        setTimeout(() => who.send(':raw.test 903 * :SASL authentication successful'), 50);
      });
      await has(peer, 'CAP END');
      assert.equal(got, payload);
      const lines = said(peer, 'AUTHENTICATE').slice(1);
      assert.equal(lines.length, pieces);
      assert.equal(lines.at(-1) === 'AUTHENTICATE +', payload.length % 400 === 0);
      assert.ok(peer.lines.indexOf('CAP REQ :sasl') > 0 && peer.lines.indexOf('CAP END') > peer.lines.indexOf(lines.at(-1) ?? ''));
    });
  }

  it('IRC-SASL: PLAIN is not among what the server takes: no password is sent, and it does not come in without', async () => {
    const peer = await meets('sasl=EXTERNAL', { account: 'jilles', password: 'sesame' });
    await until('it ends', () => peer.closed || peer.lines.some((line) => /^(?:QUIT|CAP END)/u.test(line)));
    assert.deepEqual(said(peer, 'AUTHENTICATE'), []);
    assert.equal(peer.registered, false);
  });

  it('ERROR ends the connection though the socket stays open: it is dialled anew', async () => {
    const peer = await meets('');
    await until('it is in', () => peer.registered);
    const before = ircd.peers.length;
    peer.send('ERROR :closing link');
    await until('it comes again', () => ircd.peers.length > before && ircd.peers[before]?.lines[0] === 'CAP LS 302');
  });
});

describe('faults: certificates', () => {
  /**
   * Meets a TLS server with this certificate, while the bridge trusts that of `ca`. Where `plain` is given that is what is
   * configured, and the other one says that it wants TLS.
   */
  async function meets(certificate: string, tls: object, play: (read: () => string, bridge: Bridge, change: (to: string) => Promise<void>) => Promise<void>, plain?: RawIrcd): Promise<void> {
    let read = '';
    const serve = async (name: string, port: number): Promise<Server> => {
      const made = createServer({ key: pem('leaf.key'), cert: pem(name) }, (socket) => {
        socket.on('data', (data: Buffer) => (read += data.toString()));
        if (plain) socket.write(':raw.test CAP * LS :sts=duration=600\r\n');
        socket.on('error', () => socket.destroy());
      });
      await new Promise<void>((resolve) => made.listen(port, '127.0.0.1', resolve));
      return made;
    };
    let server = await serve(certificate, 0);
    const { port } = server.address() as AddressInfo;
    const world = await sandboxWorld();
    const bridge = await Bridge.prepare(world, { ircPort: plain?.port ?? port, network: { ssl: !plain, ircClients: { flood: false }, ...tls } });
    if (plain) plain.caps = `sts=port=${port}`;
    try {
      await bridge.start();
      await play(() => read, bridge, async (to) => {
        await new Promise((resolve) => server.close(resolve));
        server = await serve(to, port);
      });
    } catch (fault) {
      console.error(bridge.process.tail(20));
      throw fault;
    } finally {
      await bridge.remove();
      await world.close();
      server.close();
    }
  }
  const refused = (bridge: Bridge): Promise<void> =>
    until('it is refused', () => bridge.log.some((line) => line.includes('client lost') && /certificate|expired|issuer/iu.test(line)));

  it('R14: an expired certificate gets not one byte of IRC and is told; a good one put in its place is found by itself', async () => {
    await meets('expired.pem', { tlsOptions: { ca: pem('root.pem') } }, async (read, bridge, change) => {
      await refused(bridge);
      assert.equal(read(), '');
      await change('good.pem');
      await until('it speaks', () => read().includes('NICK CausewayBot'));
    });
  });

  for (const [what, certificate, ca] of [['of nobody we know', 'self.pem', 'root.pem'], ['for another name', 'name.pem', 'root.pem']] as const) {
    it(`R14: a certificate ${what} gets not one byte of IRC and is told`, async () => {
      await meets(certificate, { tlsOptions: { ca: pem(ca) } }, async (read, bridge) => {
        await until('it is refused', () => bridge.log.some((line) => line.includes('client lost')));
        assert.equal(read(), '');
      });
    });
  }

  it('R14: a certificate goes bad: nobody’s client says a byte, each is told; another network goes on; a good one is found', async function () {
    this.timeout(180_000);
    let [read, ircPort] = ['', 0];
    const sockets = new Set<Socket>();
    const serve = async (name: string, port: number): Promise<Server> => {
      const made = createServer({ key: pem('leaf.key'), cert: pem(name) }, (socket) => {
        const inner = connect(ircPort, '127.0.0.1');
        for (const [one, other] of [[socket, inner], [inner, socket]] as const) {
          sockets.add(one);
          one.on('error', () => one.destroy()).on('close', () => other.destroy());
        }
        socket.on('data', (data: Buffer) => (read += data.toString()));
        socket.pipe(inner).pipe(socket);
      });
      await new Promise<void>((resolve) => made.listen(port, '127.0.0.1', resolve));
      return made;
    };
    let server = await serve('good.pem', 0);
    const { port } = server.address() as AddressInfo;
    const put = async (name: string): Promise<void> => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
      read = '';
      server = await serve(name, port);
    };
    const network = (mark: string, more: object): object => ({
      ircClients: { nickTemplate: `$LOCALPART-${mark}`, reconnectIntervalMs: 5, flood: false },
      botConfig: { enabled: true, nick: `Bot${mark}` },
      dynamicChannels: { enabled: true, createAlias: true, aliasTemplate: `#irc_${mark}_$CHANNEL` },
      matrixClients: { userTemplate: `@irc_${mark}_$NICK` },
      ...more,
    });
    const wish = ({ ircPort: plain }: { ircPort: number }): BridgeWish => {
      ircPort = plain;
      const servers = { '127.0.0.1': network('tls', { port, ssl: true, tlsOptions: { ca: pem('root.pem') } }), localhost: network('plain', { port: plain, ssl: false }) };
      return { service: { servers }, fast: 20 };
    };
    try {
      await story(sandboxWorld, wish, async ({ world, bridge, people }) => {
        const bob = await people.onIrc('bob', '#safe');
        const [alice, carol, dave] = [await people.onMatrix('alice'), await people.onMatrix('carol'), await people.onMatrix('dave')];
        const room = await alice.joins(`#irc_tls_#safe:${world.domain}`);
        await carol.joins(room);
        const other = await dave.joins(`#irc_plain_#safe:${world.domain}`);
        await alice.says(room, 'over tls');
        await bob.sees('over tls', { to: '#safe' });
        await dave.says(other, 'in the clear');
        await bob.sees('in the clear', { to: '#safe' });
        const from = bridge.log.length;
        await put('expired.pem');
        const refusedFor = (owner: string): boolean =>
          bridge.log.slice(from).some((line) => line.includes('client lost') && line.includes(owner) && /certificate|expired/iu.test(line));
        await until('both are refused', () => refusedFor('owner="bot"') && refusedFor(alice.userId));
        await carol.says(room, 'from who was not on IRC before');
        await carol.sees(/was not delivered/u, { room, msgtype: 'm.notice' });
        await dave.says(other, 'goes on');
        await bob.sees('goes on', { to: '#safe' });
        assert.equal(read, '');
        await put('good.pem');
        await alice.says(room, 'back again');
        await bob.sees('back again', { to: '#safe', withinMs: 90_000 });
      });
    } finally {
      server.close();
      for (const socket of sockets) socket.destroy();
    }
  });

  it('CONN-3, R15: a server that wants TLS gets it at once and after a restart, and nothing plain when its certificate is bad', async () => {
    const plain = new RawIrcd();
    await plain.start();
    const logins = (read: string): number => read.split('NICK CausewayBot').length - 1;
    try {
      await meets('good.pem', { tlsOptions: { ca: pem('root.pem') } }, async (read, bridge, change) => {
        await until('it comes with TLS', () => logins(read()) === 1);
        assert.deepEqual(plain.peers.map(({ lines }) => lines.filter((line) => line.startsWith('CAP'))), [['CAP LS 302']]);
        await until('it takes part', () => read().includes('CAP END'));
        await bridge.restart();
        await until('it comes with TLS by itself', () => logins(read()) === 2);
        await bridge.stop();
        await change('self.pem');
        await bridge.start();
        await refused(bridge);
        assert.equal(logins(read()), 2);
        assert.equal(plain.peers.length, 1);
      }, plain);
    } finally {
      await plain.stop();
    }
  });

  it('CONN-3: the listed certificate itself is taken, expired and for another name as it is; no other one in its place', async () => {
    const trust = { allowExpiredCerts: true, tlsOptions: { ca: pem('self-expired.pem') } };
    await meets('self-expired.pem', trust, async (read) => {
      await until('it speaks', () => read().startsWith('CAP LS 302\r\n'));
    });
    await meets('self.pem', trust, async (read, bridge) => {
      await refused(bridge);
      assert.equal(read(), '');
    });
  });
});
