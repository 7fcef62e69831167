/** An Ergo that somebody built beside the project; `ERGO` names the binary. Nothing of it belongs to the project. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { dump, load } from 'js-yaml';
import { freePort } from '../../src/sandbox/free-port.js';
import { type RealServer, server } from './servers.js';

type Section = Record<string, unknown>;

/** Its own default configuration, on loopback and without limits of rate, and with REDACT for authors and operators. */
export async function ergo(directory: string): Promise<RealServer> {
  const binary = process.env['ERGO'] ?? '';
  mkdirSync(directory, { recursive: true });
  const port = await freePort();
  const config = load(execFileSync(binary, ['defaultconfig'], { encoding: 'utf8' })) as Section;
  const section = (...names: readonly string[]): Section =>
    names.reduce<Section>((at, name) => (at[name] ??= {}) as Section, config);
  section('server')['listeners'] = { [`127.0.0.1:${port}`]: {} };
  section('server')['sts'] = { enabled: false };
  section('server', 'ip-limits')['count'] = false;
  section('server', 'ip-limits')['throttle'] = false;
  section('fakelag')['enabled'] = false;
  section('languages')['enabled'] = false;
  section('datastore')['path'] = path.join(directory, 'ircd.db');
  section('history', 'retention')['allow-individual-delete'] = true;
  config['opers'] = {};
  config['lock-file'] = path.join(directory, 'ircd.lock');
  section('server')['motd'] = '';
  const file = path.join(directory, 'ircd.yaml');
  writeFileSync(file, dump(config));
  execFileSync(binary, ['initdb', '--quiet', '--conf', file], { cwd: directory });
  return server(directory, 'ergo', port, binary, ['run', '--conf', file]);
}
