/** What only shows when several keys are looked at together. */

import { ipv6Address } from '../naming/ipv6.js';
import type { Config } from './config.js';
import { decoderLabel } from './encodings.js';
import { LEAST_TXN_BYTES } from './homeserver.js';
import type { NetworkConfig } from './network.js';
import { tlsOptionComplaint } from './tls-options.js';
import { valueAt, type Complaint, type Path } from './paths.js';

/** Judges a configuration whose single values are right; `written` is the tree from which it was made. */
export function judge(
  config: Config,
  written?: unknown,
): { readonly faults: readonly Complaint[]; readonly warnings: readonly Complaint[] } {
  const faults: Complaint[] = [];
  const warnings: Complaint[] = [];
  const servers = Object.entries(config.ircService.servers);
  const at: Path = ['ircService', 'servers'];
  if (servers.length === 0) faults.push({ path: at, message: 'must hold at least one network' });
  for (const [address, network] of servers) {
    faults.push(...nameFaults([...at, address], address), ...networkFaults([...at, address], network));
    warnings.push(...networkWarnings([...at, address], address, network));
  }
  warnings.push(...sharedGhosts(servers, at));
  warnings.push(...notObeyed(written));
  return { faults, warnings };
}

/** Values for which something else is in force. */
function notObeyed(written: unknown): readonly Complaint[] {
  const warnings: Complaint[] = [];
  const encoding = ['ircService', 'encodingFallback'];
  const name = valueAt(written, encoding);
  if (typeof name === 'string' && decoderLabel(name) === undefined) {
    const message = `no decoder for ${JSON.stringify(name)}; what is not UTF-8 will show replacement characters`;
    warnings.push({ path: encoding, message });
  }
  const size = ['advanced', 'maxTxnSize'];
  const bytes = valueAt(written, size);
  if (typeof bytes === 'number' && bytes < LEAST_TXN_BYTES) {
    const message = `${bytes} is less than a homeserver may send; ${LEAST_TXN_BYTES} is in force`;
    warnings.push({ path: size, message });
  }
  return warnings;
}

/** A network's key stands in commands, ids and the store: nothing that would break them. */
function nameFaults(path: Path, address: string): readonly Complaint[] {
  if (/^[^\s\0-\x1f\x7f/,#!@]{1,200}$/u.test(address)) return [];
  return [{ path, message: 'the name of a network must have no spaces, control characters, or any of / , # ! @' }];
}

function networkFaults(path: Path, network: NetworkConfig): readonly Complaint[] {
  const faults: Complaint[] = [];
  if (network.onlyAdditionalAddresses && network.additionalAddresses.length === 0) {
    faults.push({ path: [...path, 'onlyAdditionalAddresses'], message: 'needs additionalAddresses, which is empty' });
  }
  const { blocks, prefix } = network.ircClients.ipv6;
  if (prefix !== undefined && !URL.canParse(`http://[${ipv6Address(prefix, 1)}]`)) {
    faults.push({ path: [...path, 'ircClients', 'ipv6', 'prefix'], message: 'must be the beginning of an IPv6 address, such as 2001:db8:85a3::' });
  }
  for (const key of ['homeserver', 'startFrom'] as const) {
    const values = blocks.map((block) => block[key].toLowerCase());
    const twice = values.find((value, index) => values.indexOf(value) !== index);
    if (twice === undefined) continue;
    faults.push({
      path: [...path, 'ircClients', 'ipv6', 'blocks'],
      message: `must not use ${key} ${JSON.stringify(twice)} twice`,
    });
  }
  return faults;
}

function networkWarnings(path: Path, address: string, network: NetworkConfig): readonly Complaint[] {
  const warnings: Complaint[] = [];
  const warn = (keys: Path, message: string): number => warnings.push({ path: [...path, ...keys], message });
  if (!/^[A-Za-z0-9._:-]+$/u.test(address))
    warn([], 'an unusual name for a network; letters, digits, dots and hyphens are safe everywhere');
  if (network.icon !== undefined && !/^mxc:\/\/[^/\s]+\/[\w-]+$/u.test(network.icon))
    warn(['icon'], 'is no mxc:// address of a picture, so nobody can be shown it');
  if (network.quitDebounce.delayMinMs > network.quitDebounce.delayMaxMs)
    warn(['quitDebounce', 'delayMinMs'], 'is greater than delayMaxMs');
  if (network.sasl && network.password === undefined && network.botConfig.password === undefined) {
    warn(
      ['sasl'],
      'is on, but neither password nor botConfig.password is set; only people with a stored password will use it',
    );
  }
  for (const key of Object.keys(network.tlsOptions)) {
    const complaint = tlsOptionComplaint(key);
    if (complaint !== undefined) warn(['tlsOptions', key], complaint);
  }
  if (network.ircClients.pingRateMs >= network.ircClients.pingTimeoutMs) {
    warn(['ircClients', 'pingRateMs'], 'must be less than pingTimeoutMs, or quiet connections are taken for lost');
  }
  return warnings;
}

/** Two networks whose ghosts would have the same ids. */
function sharedGhosts(servers: readonly (readonly [string, NetworkConfig])[], at: Path): readonly Complaint[] {
  const seen = new Map<string, string>();
  return servers.flatMap(([address, network]) => {
    const template = network.matrixClients.userTemplate.replaceAll('$SERVER', address);
    const other = seen.get(template);
    seen.set(template, other ?? address);
    if (other === undefined) return [];
    const message = `makes the same Matrix users as ${JSON.stringify(other)}; put $SERVER into one of them`;
    return [{ path: [...at, address, 'matrixClients', 'userTemplate'], message }];
  });
}
