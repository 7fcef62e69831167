/** The whole configuration as one type, and the schema that makes it. */

import type * as z from 'zod';
import { decoderLabel } from './encodings.js';
import {
  advanced,
  connectionPool,
  database,
  homeserver,
  LEAST_TXN_BYTES,
  nedbDirectory,
  sentry,
} from './homeserver.js';
import { section, type Frozen } from './kinds.js';
import { ircService } from './services.js';

/** Reads a tree of mairc's keys, fills in every default, and compiles what is to be compiled. */
export const configSchema = section({
  homeserver,
  ircService: ircService.prefault({}),
  database: database.prefault({}),
  advanced: advanced.prefault({}),
  sentry: sentry.prefault({}),
  /** Absent: connections live in this process. */
  connectionPool: connectionPool.exactOptional(),
}).transform((set) => {
  const { encodingFallback, ...service } = set.ircService;
  const label = encodingFallback === undefined ? undefined : decoderLabel(encodingFallback);
  // What we cannot decode is as if it were not there; `judge` warns of it.
  const encoding = label === undefined ? {} : { encodingFallback: label };
  const directory = nedbDirectory(set.database);
  const path =
    service.journal.path ?? (directory === undefined ? './journal' : `${directory.replace(/\/$/u, '')}/journal`);
  return {
    ...set,
    ircService: { ...service, ...encoding, journal: { ...service.journal, path } },
    advanced: { ...set.advanced, maxTxnSize: Math.max(set.advanced.maxTxnSize, LEAST_TXN_BYTES) },
  };
});

/** A configuration as it is written, before defaults. */
export type ConfigInput = z.input<typeof configSchema>;

/**
 * The configuration in force: the predecessor's keys, every default filled in, regular expressions compiled, names and
 * room ids checked. Durations are numbers in the unit of the key's name, else seconds.
 */
export type Config = Frozen<z.output<typeof configSchema>>;
