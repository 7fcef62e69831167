/** BATCH by clients and REDACT, as Ergo has them (IRC-SERVERS.md §5). */

import type { IrcClient } from './client.js';
import type { Net } from './net.js';
import { passedOn, sayTo } from './talk.js';
import type { IrcLine } from './wire.js';

const MOST_LINES = 100;
const MOST_BYTES = 4096;

/** BATCH `+id draft/multiline target` and `-id`. */
export function batch(net: Net, client: IrcClient, line: IrcLine): void {
  const [id = '', type = '', target = ''] = line.params;
  if (!client.caps.has('draft/multiline')) return client.numeric('421', ['BATCH'], 'Unknown command');
  const fail = (code: string, params: string, words: string): void =>
    client.send(`:${net.serverName} FAIL BATCH ${[code, params].filter((part) => part !== '').join(' ')} :${words}`);
  if (id.startsWith('+')) {
    if (type !== 'draft/multiline' || target === '') return fail('INVALID_PARAMS', '', 'Invalid multiline batch');
    client.batches.set(id.slice(1), {
      target, clientTags: passedOn(net, line.tags), label: line.tags.get('label'), command: 'PRIVMSG', lines: [], failed: false,
    });
    return;
  }
  const open = client.batches.get(id.slice(1));
  client.batches.delete(id.slice(1));
  const finish = (): void => {
    if (!open || open.failed) return fail('INVALID_PARAMS', '', 'Corrupt BATCH');
    if (open.lines.every(({ text }) => text === '')) return fail('MULTILINE_INVALID', '', 'Invalid multiline batch');
    const { target: to, command, lines, clientTags: tags } = open;
    sayTo(net, client, { tags, command, params: [] }, to, lines[0]?.text ?? '', lines);
  };
  if (open?.label !== undefined && client.caps.has('labeled-response')) client.answering(open.label, finish);
  else finish();
}

/** A PRIVMSG or NOTICE that belongs to a batch; false: it belongs to none. */
export function tookForBatch(net: Net, client: IrcClient, { tags, command, params }: IrcLine): boolean {
  const open = client.batches.get(tags.get('batch') ?? '');
  if (!open || !['PRIVMSG', 'NOTICE'].includes(command)) return false;
  open.command = command;
  open.lines.push({ text: params[1] ?? '', concat: tags.has('draft/multiline-concat') });
  const bytes = open.lines.reduce((sum, { text }) => sum + text.length + 1, -1);
  const [code, limit] = open.lines.length > MOST_LINES ? ['MULTILINE_MAX_LINES', MOST_LINES] : bytes > MOST_BYTES ? ['MULTILINE_MAX_BYTES', MOST_BYTES] : [];
  if (code !== undefined && !open.failed) {
    open.failed = true;
    client.send(`:${net.serverName} FAIL BATCH ${code} ${limit ?? ''} :Multiline batch limit ${limit ?? ''} exceeded`);
  }
  return true;
}

/** REDACT: the author only when logged in, an operator of the channel anybody's; it is gone for good then. */
export function redact(net: Net, client: IrcClient, { params }: IrcLine): void {
  const [target = '', msgid = '', reason] = params;
  if (!net.caps.has('draft/message-redaction')) return client.numeric('421', ['REDACT'], 'Unknown command');
  const fail = (code: string, words: string): void => client.send(`:${net.serverName} FAIL REDACT ${code} ${target} ${msgid} :${words}`);
  const channel = net.channel(target);
  const known = net.message(msgid);
  const operator = channel?.has(client, 'qao') === true;
  const author = known?.author === client && client.account !== undefined;
  if (!operator && !author) return fail('REDACT_FORBIDDEN', 'You are not authorized to delete this message');
  if (!known || net.fold(known.target) !== net.fold(target)) return fail('UNKNOWN_MSGID', 'This message does not exist or is too old');
  net.forgetMessage(msgid);
  const other = net.find(target);
  const all = channel ? channel.members.keys() : [client, ...(other ? [other] : [])];
  const line = net.format(client.prefix, 'REDACT', channel?.name ?? target, msgid, ...(reason === undefined ? [] : [reason]));
  for (const each of all) if (each.caps.has('draft/message-redaction')) each.send(line, { from: client });
}
