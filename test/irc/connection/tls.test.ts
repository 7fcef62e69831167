/** CONN-3: which certificates are taken, seen over real handshakes; a refused server reads not one byte and gets a clean end. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { systemClock } from '../../../src/lib/clock.js';
import { SocketTransport } from '../../../src/irc/connection/socket-transport.js';
import type { TlsWish } from '../../../src/irc/connection/socket.js';

const pem = (name: string) => readFileSync(new URL(`certificates/${name}`, import.meta.url), 'utf8');
const root = pem('root.pem');

interface Seen {
  /** What the server read. */
  read: string;
  /** Whether our end came as close_notify and FIN. */
  clean: boolean;
  fault: unknown;
  protocol: string | null;
}

/** Serves one connection with a certificate; says NICK when it opens. */
async function meet(certificate: string, tls: TlsWish, host = '127.0.0.1', server: object = {}): Promise<Seen> {
  const seen: Seen = { read: '', clean: false, fault: undefined, protocol: null };
  const listener: Server = createServer({ key: pem('leaf.key'), cert: pem(certificate), ...server });
  const ended = new Promise<void>((resolve) => {
    listener.on('secureConnection', (socket: TLSSocket) => {
      seen.protocol = socket.getProtocol();
      socket.on('data', (data: Buffer) => {
        seen.read += data.toString();
      });
      socket.on('end', () => (seen.clean = true));
      socket.on('error', (fault: unknown) => {
        seen.fault = fault;
      });
      socket.on('close', () => resolve());
      socket.write(':server NOTICE * :hello\r\n');
    });
    listener.on('tlsClientError', (fault) => {
      seen.fault = fault;
      resolve();
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const transport = new SocketTransport({
    host,
    port: (listener.address() as AddressInfo).port,
    tls,
    clock: systemClock,
    connectTimeoutMs: 5000,
    writeTimeoutMs: 5000,
    onFault: (fault) => assert.fail(String(fault)),
    onTraffic: () => undefined,
  });
  const lines: string[] = [];
  transport.on('open', () => transport.writeLine('NICK a'));
  transport.on('line', (line: string) => {
    lines.push(line);
    transport.close();
  });
  const closed = new Promise<unknown>((resolve) => void transport.on('close', resolve));
  transport.connect();
  const fault = await closed;
  await ended;
  await new Promise((resolve) => listener.close(resolve));
  if (fault === false) assert.deepEqual(lines, [':server NOTICE * :hello']);
  else assert.deepEqual(lines, [], 'nothing is heard from a server that is refused');
  return { ...seen, fault: seen.fault ?? (fault === false ? undefined : fault) };
}

describe('TLS', () => {
  const unknown = { allowUnknownIssuer: true };
  const expired = { allowExpired: true };
  const trust = { options: { ca: root } };
  const rows: readonly [string, string, TlsWish, 'taken' | RegExp][] = [
    ['a sound certificate is taken', 'good.pem', trust, 'taken'],
    ['an unknown issuer is not', 'good.pem', {}, /issuer/],
    ['an unknown issuer is taken with sslselfsign', 'good.pem', unknown, 'taken'],
    ['a self-signed one is not', 'self.pem', {}, /issuer/],
    ['a self-signed one is taken with sslselfsign', 'self.pem', unknown, 'taken'],
    ['a self-signed one is taken when it is listed', 'self.pem', { options: { ca: pem('self.pem') } }, 'taken'],
    ['another name is not taken', 'name.pem', trust, /another name/],
    ['sslselfsign is no licence for another name behind a known issuer', 'name.pem', { ...trust, ...unknown }, /another name/],
    ['a listed certificate stands for its name', 'name.pem', { options: { ca: [root, pem('name.pem')] } }, 'taken'],
    ['an expired one is not taken', 'expired.pem', trust, /expired/],
    ['an expired one is not taken with sslselfsign', 'expired.pem', { ...trust, ...unknown }, /expired/],
    ['an expired one is taken with allowExpiredCerts', 'expired.pem', { ...trust, ...expired }, 'taken'],
    ['also in a chain', 'expired-behind-middle.pem', { options: { ca: [root, pem('middle.pem')] }, ...expired }, 'taken'],
    ['allowExpiredCerts is no licence for an unknown issuer', 'expired-stranger.pem', { ...trust, ...expired }, /issuer/],
    ['nor for any at all', 'expired.pem', expired, /issuer/],
    ['nor for another name', 'expired-name.pem', { ...trust, ...expired }, /another name/],
    ['nor for a certificate of a client', 'expired-client.pem', { ...trust, ...expired }, /not for servers/],
    ['nor for one signed by who may not sign', 'expired-by-leaf.pem', { options: { ca: [root, pem('good.pem')] }, ...expired }, /issuer|CA/],
    ['nor for a self-signed one', 'self-expired.pem', expired, /issuer/],
    ['self-signed and expired needs both', 'self-expired.pem', { ...unknown }, /expired/],
    ['and is taken with both', 'self-expired.pem', { ...unknown, ...expired }, 'taken'],
    ['listed and expired, with another name (irctest)', 'self-expired.pem', { options: { ca: pem('self-expired.pem') }, ...expired }, 'taken'],
    ['one not valid yet is never taken', 'future.pem', { ...trust, ...unknown, ...expired }, /not valid yet|NOT_YET/],
  ];
  for (const [sentence, certificate, wish, expectation] of rows) {
    it(`CONN-3: ${sentence}`, async () => {
      const seen = await meet(certificate, wish);
      if (expectation === 'taken') {
        assert.equal(seen.fault, undefined);
        assert.equal(seen.read, 'NICK a\r\n');
        return;
      }
      assert.match(String(seen.fault), expectation);
      assert.equal(seen.read, '');
      assert.equal(seen.clean, true, 'ends with close_notify and FIN');
    });
  }

  it('CONN-3: the chain that the server sends leads to a listed root', async () => {
    const cert = pem('expired-behind-middle.pem') + pem('middle.pem');
    assert.equal((await meet('good.pem', { ...trust, ...expired }, '127.0.0.1', { cert })).fault, undefined);
    assert.match(String((await meet('good.pem', trust, '127.0.0.1', { cert })).fault), /expired/);
  });

  it('CONN-3: servername is passed on, and the name checked is that one', async () => {
    const wish = { options: { ca: root, servername: 'irc.test' } };
    assert.equal((await meet('good.pem', wish)).fault, undefined);
    assert.match(String((await meet('good.pem', { options: { ca: root, servername: 'else.test' } })).fault), /another name/);
  });

  it('CONN-3: nothing older than TLS 1.2 unless asked for, and 1.3 only where asked', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' };
    assert.notEqual((await meet('good.pem', trust, '127.0.0.1', old)).fault, undefined);
    assert.equal((await meet('good.pem', trust, '127.0.0.1', { maxVersion: 'TLSv1.2' })).protocol, 'TLSv1.2');
    const strict: TlsWish = { options: { ca: root, minVersion: 'TLSv1.3' } };
    assert.notEqual((await meet('good.pem', strict, '127.0.0.1', { maxVersion: 'TLSv1.2' })).fault, undefined);
  });

  it('CONN-3: our own certificate is shown (SASL EXTERNAL)', async () => {
    const wish = { options: { ca: root, cert: pem('good.pem'), key: pem('leaf.key') } };
    const server = { requestCert: true, ca: root };
    assert.equal((await meet('good.pem', wish, '127.0.0.1', server)).fault, undefined);
    assert.notEqual((await meet('good.pem', trust, '127.0.0.1', server)).fault, undefined);
  });

  it('bad TLS options end in an event, not in an exception', async () => {
    assert.ok((await meetNobody({ options: { key: 'no key', cert: 'no certificate' } })) instanceof Error);
  });
});

async function meetNobody(tls: TlsWish): Promise<unknown> {
  const transport = new SocketTransport({
    host: '127.0.0.1',
    port: 1,
    tls,
    clock: systemClock,
    connectTimeoutMs: 1000,
    writeTimeoutMs: 1000,
    onFault: () => undefined,
    onTraffic: () => undefined,
  });
  return new Promise((resolve) => {
    transport.on('close', resolve);
    transport.connect();
  });
}
