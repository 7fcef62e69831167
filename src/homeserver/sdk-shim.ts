/**
 * Lets the bot SDK load where its native crypto package could not be downloaded: a stand-in is answered for exactly
 * that package. Import it before anything that loads `matrix-appservice-bridge`. We use no encryption of that kind.
 */

import { createRequire, Module } from 'node:module';
import path from 'node:path';

const NATIVE = '@matrix-org/matrix-sdk-crypto-nodejs';
/** A path that exists only in the module cache; nothing ever reads it. */
const STAND_IN = path.join(import.meta.dirname, '__no-native-crypto__.cjs');
const load = createRequire(import.meta.url);

/** Tries what the SDK will try: from the library to its SDK, from there to the native package. */
function whyNativeFails(): unknown {
  try {
    const bridge = path.dirname(load.resolve('matrix-appservice-bridge'));
    const sdk = path.dirname(load.resolve('@vector-im/matrix-bot-sdk', { paths: [bridge] }));
    load(load.resolve(NATIVE, { paths: [sdk] }));
    return undefined;
  } catch (fault) {
    return fault;
  }
}

type Resolve = (this: unknown, request: string, ...rest: unknown[]) => string;

function standIn(): void {
  const stub = new Module(STAND_IN);
  stub.filename = STAND_IN;
  stub.loaded = true;
  stub.exports = { StoreType: { Sqlite: 0 } };
  load.cache[STAND_IN] = stub;
  // No public hook resolves `require` inside CommonJS packages on all of Node 20 to 26; this one does.
  const loader = Module as unknown as { _resolveFilename: Resolve };
  const resolve = loader._resolveFilename;
  loader._resolveFilename = function (request, ...rest) {
    return request === NATIVE ? STAND_IN : resolve.call(this, request, ...rest);
  };
}

/** Why the native package could not be loaded; `undefined` when it could. */
export const nativeCryptoFault: unknown = whyNativeFails();
if (nativeCryptoFault !== undefined) standIn();
