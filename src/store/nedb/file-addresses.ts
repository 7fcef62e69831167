/** Short addresses of files, and events whose addresses have ended: media.db, which only we know. */

import type { FileAddress, Withdrawal } from '../../model/file-address.js';
import { parseMxcUri } from '../../model/ids.js';
import type { Json } from '../../model/matrix-content.js';
import type { FileAddressStore } from '../port.js';
import { textIn } from './doc-fields.js';
import type { Documents } from './documents.js';
import type { Doc } from './file.js';

const FILE = 'file';
const WITHDRAWN = 'withdrawn';

export class NedbFileAddresses implements FileAddressStore {
  readonly #docs: Documents;

  constructor(docs: Documents) {
    this.#docs = docs;
  }

  async file(id: string): Promise<FileAddress | undefined> {
    const [doc] = await this.#docs.find({ id: `${FILE} ${id}` });
    return doc && readFile(doc, id);
  }

  addFile({ id, mxc, name, events, author, until }: FileAddress): Promise<void> {
    return this.#replace({ id: `${FILE} ${id}`, kind: FILE, mxc, name, events, ...(author === undefined ? {} : { author }), ...timed(until) });
  }

  forgetAuthors(authors: ReadonlySet<string>): Promise<void> {
    return this.#docs.change(async () => ({
      drop: (await this.#docs.find({ kind: FILE })).filter((doc) => authors.has(textIn(doc['author']) ?? '')),
    }));
  }

  async withdrawn(): Promise<readonly Withdrawal[]> {
    const docs = await this.#docs.find({ kind: WITHDRAWN });
    return docs.flatMap((doc) => {
      const event = textIn(doc['event']);
      return event === undefined ? [] : { event, ...timed(timeIn(doc)) };
    });
  }

  withdraw({ event, until }: Withdrawal): Promise<void> {
    return this.#replace({ id: `${WITHDRAWN} ${event}`, kind: WITHDRAWN, event, ...timed(until) });
  }

  forgetBefore(now: number): Promise<void> {
    return this.#docs.change(async () => ({
      drop: (await this.#docs.find({})).filter((doc) => (timeIn(doc) ?? Infinity) < now),
    }));
  }

  #replace(doc: Doc & { readonly id: string }): Promise<void> {
    return this.#docs.change(async () => {
      const [before] = await this.#docs.find({ id: doc.id });
      return { put: [before?._id === undefined ? doc : { ...doc, _id: before._id }] };
    });
  }
}

function readFile(doc: Doc, id: string): FileAddress | undefined {
  const mxc = parseMxcUri(doc['mxc']);
  const name = textIn(doc['name']);
  if (!mxc || name === undefined) return undefined;
  const events = doc['events'];
  const digests = Array.isArray(events) ? (events as readonly Json[]).filter((each) => typeof each === 'string') : [];
  const author = textIn(doc['author']);
  return { id, mxc, name, events: digests, ...(author === undefined ? {} : { author }), ...timed(timeIn(doc)) };
}

function timeIn(doc: Doc): number | undefined {
  const until = doc['until'];
  return typeof until === 'number' ? until : undefined;
}

function timed(until: number | undefined): { readonly until?: number } {
  return until === undefined ? {} : { until };
}
