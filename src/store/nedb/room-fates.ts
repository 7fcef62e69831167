/** Rooms that were replaced or are gone: fates.db, which only we know. */

import type { GoneRoom, Replacement } from '../../model/link.js';
import { parseRoomId, parseUserId, type RoomId } from '../../model/ids.js';
import type { RoomFateStore } from '../port.js';
import { textIn } from './doc-fields.js';
import type { Documents } from './documents.js';
import type { Doc } from './file.js';

const REPLACED = 'replaced';
const GONE = 'gone';
const STAGES = ['waiting', 'moving', 'moved'] as const;

export class NedbRoomFates implements RoomFateStore {
  readonly #docs: Documents;

  constructor(docs: Documents) {
    this.#docs = docs;
  }

  async replacements(): Promise<readonly Replacement[]> {
    return (await this.#docs.find({ kind: REPLACED })).flatMap((doc) => replacementOf(doc) ?? []);
  }

  saveReplacement({ from, to, via, at, stage, talk }: Replacement): Promise<void> {
    const two = talk && { ours: talk.ours, person: talk.person };
    return this.#replace({ id: `${REPLACED} ${from}`, kind: REPLACED, from, to, via, at, stage, ...two });
  }

  removeReplacement(from: RoomId): Promise<void> {
    return this.#remove(`${REPLACED} ${from}`);
  }

  async gone(): Promise<readonly GoneRoom[]> {
    return (await this.#docs.find({ kind: GONE })).flatMap(({ room: text, at }) => {
      const room = parseRoomId(text);
      return room && typeof at === 'number' ? { room, at } : [];
    });
  }

  addGone({ room, at }: GoneRoom): Promise<void> {
    return this.#replace({ id: `${GONE} ${room}`, kind: GONE, room, at });
  }

  removeGone(room: RoomId): Promise<void> {
    return this.#remove(`${GONE} ${room}`);
  }

  #remove(id: string): Promise<void> {
    return this.#docs.change(async () => ({ drop: await this.#docs.find({ id }) }));
  }

  #replace(doc: Doc & { readonly id: string }): Promise<void> {
    return this.#docs.change(async () => {
      const [before] = await this.#docs.find({ id: doc.id });
      return { put: [before?._id === undefined ? doc : { ...doc, _id: before._id }] };
    });
  }
}

function replacementOf(doc: Doc): Replacement | undefined {
  const [from, to] = [parseRoomId(doc['from']), parseRoomId(doc['to'])];
  const via = textIn(doc['via']);
  const { at } = doc;
  const stage = STAGES.find((each) => each === doc['stage']);
  if (!from || !to || via === undefined || typeof at !== 'number' || !stage) return undefined;
  const [ours, person] = [parseUserId(doc['ours']), parseUserId(doc['person'])];
  return { from, to, via, at, stage, ...(ours && person ? { talk: { ours, person } } : {}) };
}
