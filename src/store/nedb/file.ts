/** The only door to nedb-promises: opens a file with the settings without which it loses documents. */

import Datastore from 'nedb-promises';
import type { JsonObject } from '../../model/matrix-content.js';

/** Where a file is and what keeps its documents apart. */
export interface FileShape {
  /** Absent: in memory. */
  readonly path: string | undefined;
  readonly indexes: readonly string[];
  /** The field by which no two documents may be the same; of two that are, the later stays. */
  readonly unique?: string;
}

/** A document as stored; `_id` is NeDB's own. Fields that we do not know are kept. */
export type Doc = JsonObject & { readonly _id?: string };

/** A loaded file, with what the library has but its types do not say. */
export type File = Datastore<Doc> & {
  readonly persistence: {
    inMemoryOnly: boolean;
    /** Appends documents to the file, as one write; nothing when `inMemoryOnly`. */
    persistNewStateAsync(docs: readonly Doc[]): Promise<void>;
  };
  compactDatafileAsync(): Promise<void>;
  /** All documents themselves: to be read only. */
  getAllData(): readonly Doc[];
};

/**
 * Loads a file, which writes it anew, and sees to its indexes (the same as mairc's).
 * @throws the library's fault, `errorType` `uniqueViolated` when two documents have the same id
 */
export async function loadFile({ path, indexes, unique }: FileShape): Promise<File> {
  // A cast for want of types: the proxy it makes gives all that the original has.
  const file = Datastore.create({
    ...(path === undefined ? { inMemoryOnly: true } : { filename: path }),
    // Without this a small file with one torn line is refused; `prepareFile` has set such lines aside before.
    corruptAlertThreshold: 1,
    afterSerialization: oneLine,
    beforeDeserialization: (line) => line,
  }) as unknown as File;
  await file.load();
  if (unique !== undefined) await file.ensureIndex({ fieldName: unique, unique: true, sparse: false });
  for (const fieldName of indexes) await file.ensureIndex({ fieldName, unique: false, sparse: true });
  return file;
}

/** What NeDB's reader takes for a line end besides `\n`, and its writer leaves as it is inside a document's strings. */
const FOREIGN_ENDS = /[\u0085\u2028\u2029]/gu;

/** Escapes those, or the document would be gone at the next start. They only occur in strings, where JSON has escapes. */
export function oneLine(json: string): string {
  return json.replace(FOREIGN_ENDS, (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
