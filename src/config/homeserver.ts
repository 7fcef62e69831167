/** `homeserver`, `database`, and what large bridges set: `advanced`, `sentry`, `connectionPool`. */

import * as z from 'zod';
import {
  flag,
  httpAddress,
  number,
  oneOf,
  port,
  section,
  someText,
  text,
  textLike,
  whole,
  type Frozen,
} from './kinds.js';

/** The port of our listener when neither `-p` nor the file names one (CLI-1). */
const AS_PORT = 8090;

/** The smallest limit of a transaction's body, in bytes: less is not obeyed (AS-2). */
export const LEAST_TXN_BYTES = 16_777_216;

export const homeserver = section({
  url: httpAddress,
  /** The server part of our ids. */
  domain: textLike(/^[^\s\0/@#!]+$/u, 'be the domain of Matrix ids, such as example.com'),
  media_url: httpAddress.exactOptional(),
  /** Seconds; 0: never. */
  dropMatrixMessagesAfterSecs: number(0).default(0),
  enablePresence: flag.default(true),
  bindPort: port.default(AS_PORT),
  /** Absent: all interfaces. */
  bindHostname: someText.exactOptional(),
}).transform((set) => ({ ...set, media_url: set.media_url ?? set.url }));

/** How we reach the homeserver and it reaches us. */
export type HomeserverConfig = Frozen<z.output<typeof homeserver>>;

export const database = section({
  engine: oneOf('nedb', 'postgres').default('nedb'),
  connectionString: text.default('nedb://data'),
}).refine((set) => (set.engine === 'nedb' ? /^nedb:\/\/./u : /^postgres(?:ql)?:\/\/./u).test(set.connectionString), {
  error: 'must begin with the engine: nedb://DIRECTORY for nedb, postgres://… for postgres',
  path: ['connectionString'],
});

/** Where the bridge remembers things; a NeDB directory is relative to the working directory (DB-1). */
export type DatabaseConfig = Frozen<z.output<typeof database>>;

/** The directory of a NeDB database, `undefined` for another engine. */
export function nedbDirectory(config: DatabaseConfig): string | undefined {
  return config.engine === 'nedb' ? config.connectionString.slice('nedb://'.length) : undefined;
}

export const advanced = section({
  maxHttpSockets: whole(1).default(1000),
  /** Bytes; what is below `LEAST_TXN_BYTES` is warned of and raised. */
  maxTxnSize: whole(1).default(LEAST_TXN_BYTES),
});

/** Limits of large bridges. */
export type AdvancedConfig = Frozen<z.output<typeof advanced>>;

export const sentry = section({
  enabled: flag.default(false),
  dsn: text.exactOptional(),
  environment: text.exactOptional(),
  serverName: text.exactOptional(),
});

export const connectionPool = section({
  redisUrl: textLike(/^rediss?:\/\/./u, 'be a redis:// address'),
  persistConnectionsOnShutdown: flag.default(false),
});
