/** Lines that no room took, one JSON document a line of aside.db, for an admin to read (H15). */

import { parseRoomId, parseUserId, type UserId } from '../../model/ids.js';
import { asNetworkName } from '../../model/irc-names.js';
import type { LineAside } from '../../model/line-aside.js';
import type { LineAsideStore } from '../port.js';
import { textIn } from './doc-fields.js';
import type { Documents } from './documents.js';
import type { Doc } from './file.js';

/** Lines that are kept. One is 8 KiB at most, as IRC has it, but for those of a batch. */
const MOST = 1_000;
/** Of a text that is kept, in UTF-16 units. */
const MOST_TEXT = 65_536;

export class NedbLinesAside implements LineAsideStore {
  readonly #docs: Documents;

  constructor(docs: Documents) {
    this.#docs = docs;
  }

  add({ id, room, text, ...rest }: LineAside): Promise<void> {
    const key = `${id} ${room ?? ''}`;
    const doc = { id: key, entry: id, ...(room === undefined ? {} : { room }), ...rest, text: text.slice(0, MOST_TEXT).toWellFormed() };
    return this.#docs.change(async () => {
      const all = await this.#docs.find({});
      const before = all.find((each) => each['id'] === key);
      const others = oldestFirst(all).filter((each) => each !== before);
      const drop = others.slice(0, Math.max(0, others.length + 1 - MOST));
      return { put: [before?._id === undefined ? doc : { ...doc, _id: before._id }], drop };
    });
  }

  async all(): Promise<readonly LineAside[]> {
    return oldestFirst(await this.#docs.find({})).flatMap((doc) => lineOf(doc) ?? []);
  }

  forget(people: ReadonlySet<UserId>): Promise<void> {
    return this.#docs.change(async () => ({
      drop: (await this.#docs.find({})).filter((doc) => people.has(doc['person'] as UserId)),
    }));
  }
}

function oldestFirst(docs: readonly Doc[]): Doc[] {
  return [...docs].sort((a, b) => timeOf(a) - timeOf(b));
}

function timeOf({ at }: Doc): number {
  return typeof at === 'number' ? at : 0;
}

function lineOf(doc: Doc): LineAside | undefined {
  const [id, network, nick, target] = ['entry', 'network', 'nick', 'target'].map((key) => textIn(doc[key]));
  const [text, why] = [textIn(doc['text']), textIn(doc['why'])];
  if (id === undefined || network === undefined || nick === undefined || target === undefined) return undefined;
  const [room, person] = [parseRoomId(doc['room']), parseUserId(doc['person'])];
  return {
    id,
    ...(room ? { room } : {}),
    network: asNetworkName(network),
    at: timeOf(doc),
    nick,
    target,
    ...(person ? { person } : {}),
    text: text ?? '',
    why: why ?? '',
  };
}
