/** How a multiline message reaches others (Ergo, IRC-SERVERS.md §5): as a batch, or as single lines. */

import type { IrcClient, LineMeta } from './client.js';
import type { Net } from './net.js';
import type { OpenBatch } from './open-batch.js';

/** Hands it to one client. The msgid stands on the line that opens the batch, else on the first line alone. */
export function sendLines(
  net: Net,
  to: IrcClient,
  shown: string,
  command: string,
  lines: OpenBatch['lines'],
  meta: LineMeta & { readonly from: IrcClient },
): void {
  const { from } = meta;
  if (to.caps.has('draft/multiline') && to.caps.has('batch')) {
    const id = `n${net.nextBatch()}`;
    to.send(`:${from.prefix} BATCH +${id} draft/multiline ${shown}`, meta);
    for (const { text, concat } of lines) {
      const ownTags = concat ? ['draft/multiline-concat'] : [];
      to.send(net.format(from.prefix, command, shown, text), { from, batch: id, ownTags });
    }
    to.send(`:${from.prefix} BATCH -${id}`, { from });
    return;
  }
  const { msgid: _msgid, ...rest } = meta;
  lines
    .filter(({ text }) => text !== '' || !to.caps.has('message-tags'))
    .forEach(({ text }, at) => to.send(net.format(from.prefix, command, shown, text), at === 0 ? meta : rest));
}
