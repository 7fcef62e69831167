/** The README's first command: it plays the conversation, serves its page, and leaves nothing behind. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '../src/lib/clock.js';
import { Seen } from '../src/sandbox/people/seen.js';

const ROOT = join(import.meta.dirname, '..');

interface Run {
  readonly child: ChildProcess;
  readonly lines: Seen<string>;
  readonly exit: Promise<number | null>;
}

/** Runs the demo with a directory for temporary files of its own, which must be empty afterwards. */
async function demo(args: readonly string[], play: (run: Run) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'causeway-demo-'));
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/sandbox/demo.ts', '--irc-port', '0', '--port', '0', ...args], {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: directory },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = new Seen<string>(systemClock);
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', (line) => lines.push(line));
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  try {
    await play({ child, lines, exit });
    // The loader may keep its cache there; nothing of ours may be.
    assert.deepEqual(readdirSync(directory).filter((name) => !name.startsWith('tsx-')), []);
  } finally {
    if (child.exitCode === null) child.kill('SIGKILL');
    await exit;
    rmSync(directory, { recursive: true, force: true });
  }
}

const waitFor = (lines: Seen<string>, what: RegExp): Promise<string> =>
  lines.next(String(what), (line) => what.test(line), 60_000, (line) => line);

describe('the demo', () => {
  it('--once: every line of the conversation arrives, exit 0', () =>
    demo(['--once'], async ({ exit, lines }) => {
      assert.equal(await exit, 0, lines.all.join('\n'));
      assert.equal(lines.all.filter((line) => /→ (?:IRC|Matrix)/u.test(line)).length, 4);
    })).timeout(90_000);

  it('serves a page on loopback on which both sides can be acted on, and ends cleanly on SIGTERM', () =>
    demo([], async ({ child, exit, lines }) => {
      const page = /http:\/\/127\.0\.0\.1:\d+/u.exec(await waitFor(lines, /^ {2}Page /u))![0];
      const irc = Number(/127\.0\.0\.1:(\d+)/u.exec(await waitFor(lines, /^ {2}IRC clients /u))![1]);
      const document = await (await fetch(page)).text();
      assert.doesNotMatch(document, /\/\* (?:look|facts) \*\/|(?:src|href)="(?!data:|\/metrics")/u);

      const seen = new Seen<Record<string, unknown>>(systemClock);
      const stream = await fetch(`${page}/events`);
      const reading = (async () => {
        const decoder = new TextDecoder();
        let text = '';
        for await (const chunk of stream.body as unknown as AsyncIterable<Uint8Array>) {
          const parts = (text + decoder.decode(chunk, { stream: true })).split('\n\n');
          text = parts.pop() ?? '';
          for (const part of parts) {
            const data = /^data: (.*)$/mu.exec(part)?.[1];
            if (data !== undefined) seen.push(JSON.parse(data) as Record<string, unknown>);
          }
        }
      })().catch(() => undefined);
      const act = (name: string, fields: object, headers: object = {}): Promise<Response> =>
        fetch(`${page}/do/${name}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(fields),
        });
      await act('irc-say', { where: '#tea', text: 'from the page\r\nQUIT :injected' });
      const fits = (entry: Record<string, unknown>): boolean => entry.kind === 'matrix' && JSON.stringify(entry).includes('from the page QUIT :injected');
      await seen.next('the line as a Matrix event', fits, 30_000, (entry) => JSON.stringify(entry));
      const isBobs = ({ kind, nick, line }: Record<string, unknown>, what: string): boolean =>
        kind === 'irc' && nick === 'bob' && String(line).includes(what);
      const seesIrc = (what: string): Promise<unknown> =>
        seen.next(what, (entry) => isBobs(entry, what), 30_000, (entry) => JSON.stringify(entry));
      // What an operator sees: whose a connection is, and what was carried.
      const matrix = (what: RegExp): Promise<unknown> =>
        seen.next(String(what), (entry) => entry.kind === 'matrix' && what.test(JSON.stringify(entry)), 30_000, (entry) => JSON.stringify(entry));
      await act('irc-ident', {});
      const told = await seen.next('the answer of ident', ({ kind }) => kind === 'told', 30_000, (entry) => JSON.stringify(entry));
      assert.match(String(told.text), /answered “\d+,\d+:USERID:UNIX:alice”$/u);
      const figures = async (): Promise<string> => {
        const { toMatrix, toIrc, connections } = (await (await fetch(`${page}/figures`)).json()) as Record<string, number>;
        return `${toMatrix} ${toIrc} ${connections}`;
      };
      // The homeserver has the third line before the bridge has counted it.
      const until = systemClock.elapsed() + 30_000;
      while ((await figures()) !== '3 2 2') assert.ok(systemClock.elapsed() < until, await figures());
      assert.match(await (await fetch(`${page}/metrics`)).text(), /^# HELP bridge_messages_total/mu);
      // What people see: of their connection, of commands, of invitations, of a room that IRC cannot read.
      await matrix(/You are connected to Sandbox as Alice\[m\]/u);
      await act('matrix-command', { text: 'help' });
      await matrix(/These are the commands/u);
      await act('irc-invite', { text: 'cake' });
      await matrix(/"sender":"@irc_bob:demo\.test".*"membership":"invite".*"state_key":"@alice:demo\.test"/u);
      await act('matrix-encrypted', {});
      await matrix(/IRC cannot read/u);
      await act('irc-cut', {});
      await matrix(/You are not connected to Sandbox now/u);
      await matrix(/You are connected to Sandbox as Alice\[m\]/u);
      await act('matrix-command', { text: '!nick Oolong' });
      await seesIrc('NICK :Oolong');
      await act('irc-say', { where: '#tea', text: '/msg Oolong psst' });
      const psst = (entry: Record<string, unknown>): boolean =>
        entry.kind === 'matrix' && JSON.stringify(entry).includes('"body":"psst"');
      const { event } = await seen.next('the private line', psst, 30_000, (entry) => JSON.stringify(entry));
      await act('matrix-say', { where: (event as { room_id: string }).room_id, text: 'what is it?' });
      await seesIrc('PRIVMSG bob :what is it?');
      const seesCarol = (line: RegExp): Promise<unknown> =>
        seen.next(String(line), ({ kind, nick, line: raw }) => kind === 'irc' && nick === 'bob' && line.test(String(raw)), 20_000, (entry) => JSON.stringify(entry));
      await act('account-register', {});
      await seesCarol(/^:carol\[m\]!\S+ JOIN/u);
      await act('account-logout', {});
      await seesCarol(/^:carol\[m\]!\S+ QUIT .*Logged out/u);
      await act('account-register', {});
      await seesCarol(/^:carol2\[m\]!\S+ JOIN/u);
      await act('account-deactivate', {});
      // She has left her rooms by then, so that only the server hears why.
      const quits = ({ kind, nick, line }: Record<string, unknown>): boolean => kind === 'irc' && nick === 'carol2[m]' && line === 'QUIT :Account deactivated';
      await seen.next('her QUIT', quits, 20_000, (entry) => JSON.stringify(entry));
      assert.equal((await act('nothing', {})).status, 400);
      assert.equal((await act('irc-say', {}, { 'content-type': 'text/plain' })).status, 400);

      child.kill('SIGTERM');
      assert.equal(await exit, 0, lines.all.join('\n'));
      await reading;
      const refused = await new Promise((resolve) => connect(irc, '127.0.0.1').once('error', () => resolve(true)).once('connect', () => resolve(false)));
      assert.equal(refused, true);
    })).timeout(240_000);
});
