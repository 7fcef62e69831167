/** Links, as mairc's documents `"<room> <network> <channel>"` of rooms.db (DB-3). */

import type { Log } from '../../lib/log.js';
import type { RoomId } from '../../model/ids.js';
import { parseRoomId } from '../../model/ids.js';
import type { NetworkName } from '../../model/irc-names.js';
import { asNetworkName, parseChannelName } from '../../model/irc-names.js';
import type { Link, LinkOrigin } from '../../model/link.js';
import type { LinkStore } from '../port.js';
import { objectIn, textIn, withFields } from './doc-fields.js';
import type { Documents } from './documents.js';
import type { Doc } from './file.js';

type LinkKey = Pick<Link, 'network' | 'channel' | 'room'>;

export class NedbLinks implements LinkStore {
  readonly #docs: Documents;
  readonly #log: Log;

  constructor(docs: Documents, log: Log) {
    this.#docs = docs;
    this.#log = log;
  }

  async all(): Promise<readonly Link[]> {
    const docs = await this.#docs.find({});
    return docs.flatMap((doc) => {
      if (!isLink(doc)) return [];
      const link = linkOf(doc);
      if (!link) this.#log.warn('link in the store not understood, left as it is', { id: doc['id'] });
      return link ?? [];
    });
  }

  add(link: Link): Promise<void> {
    return this.#docs.change(async () => {
      const [before = {}] = await this.#docs.find({ id: idOf(link) });
      return { put: [docOf(link, before)] };
    });
  }

  remove(link: LinkKey): Promise<void> {
    return this.#docs.change(async () => ({ drop: await this.#docs.find({ id: idOf(link) }) }));
  }

  removeOfOrigin(network: NetworkName, origin: LinkOrigin): Promise<void> {
    return this.#docs.change(async () => {
      const docs = await this.#docs.find({ 'remote.domain': network });
      return { drop: docs.filter((doc) => isLink(doc) && originOf(doc) === origin) };
    });
  }

  moveRoom(from: RoomId, to: RoomId): Promise<void> {
    return this.#docs.change(async () => {
      const drop = (await this.#docs.find({ matrix_id: from })).filter((doc) => isLink(doc));
      const put: Doc[] = [];
      for (const { _id, ...doc } of drop) {
        const link = linkOf(doc);
        if (!link) continue;
        const moved = { ...link, room: to };
        const [there] = await this.#docs.find({ id: idOf(moved) });
        // A link that the successor has already stays as it is.
        if (!there) put.push(docOf(moved, doc));
      }
      return { put, drop: drop.filter((doc) => linkOf(doc)) };
    });
  }
}

function idOf({ network, channel, room }: LinkKey): string {
  return `${room} ${network} ${channel}`;
}

/** PM rooms have a remote side too; mairc calls channels of other prefixes than `#` PMs by type, so that tells nothing. */
function isLink(doc: Doc): boolean {
  const { id, matrix_id: room, remote_id: channel } = doc;
  const isPm = textIn(id)?.startsWith('PM_') ?? false;
  return textIn(room) !== undefined && textIn(channel) !== undefined && !isPm;
}

function originOf(doc: Doc): LinkOrigin {
  const { origin, from_config: fromConfig } = objectIn(doc['data']);
  if (origin === 'config' || origin === 'alias' || origin === 'provision' || origin === 'join') return origin;
  // Very old documents have only this; those with neither are treated as made on somebody's wish.
  return fromConfig === true ? 'config' : 'alias';
}

function linkOf(doc: Doc): Link | undefined {
  const remote = objectIn(doc['remote']);
  const network = textIn(remote['domain']);
  const channel = parseChannelName(remote['channel']);
  const room = parseRoomId(doc['matrix_id']);
  const key = textIn(remote['key']);
  if (network === undefined || !channel || !room) return undefined;
  return { network: asNetworkName(network), channel, room, origin: originOf(doc), ...(key === undefined ? {} : { key }) };
}

/** The document of a link, with what `before` has that we do not know. */
function docOf(link: Link, before: Doc): Doc {
  const { network, channel, room, origin, key } = link;
  return {
    ...before,
    id: idOf(link),
    remote_id: `${network} ${channel}`,
    matrix_id: room,
    remote: withFields(objectIn(before['remote']), { domain: network, channel, type: 'channel', key }),
    matrix: { extras: {}, ...objectIn(before['matrix']) },
    data: withFields(objectIn(before['data']), { origin, from_config: undefined }),
  };
}
