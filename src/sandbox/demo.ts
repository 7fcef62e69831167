/** `npm run demo`: the real bridge between two small servers, a first conversation, and a page to try it on. */

import { parseArgs } from 'node:util';
import { firstConversation } from './demo/conversation.js';
import { aliasOf, CHANNEL, Curtain, setStage } from './demo/stage.js';
import { Trace } from './demo/trace.js';
import { PageServer } from './page/serve.js';

const { values } = parseArgs({
  options: {
    /** Plays the conversation and ends: exit 0 when all of it arrived. */
    once: { type: 'boolean', default: false },
    port: { type: 'string', default: '8077' },
    'irc-port': { type: 'string', default: '6667' },
  },
});
const curtain = new Curtain();

/** Ends everything and then the process; once, however often it is asked. */
async function leave(code: number): Promise<void> {
  await curtain.fall();
  process.exit(code);
}

/** Whether somebody has asked for the end already. */
const end = { asked: false };
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (end.asked) return;
    end.asked = true;
    console.log('\nEnding …');
    void leave(0);
  });
}

async function run(): Promise<void> {
  console.log('Causeway demo: starting a homeserver, an IRC server and the bridge …');
  const stage = await setStage(curtain, Number(values['irc-port']));
  const trace = new Trace();
  trace.follow(stage);
  console.log(`The bridge was up after ${(stage.startedIn / 1000).toFixed(1)} s. A first conversation:\n`);
  trace.deed({ side: 'irc', text: 'The first conversation, from a script' });
  await firstConversation(stage, (line) => console.log(line));
  if (values.once) return leave(0);
  const page = new PageServer(stage, trace);
  const address = await page.start(Number(values.port));
  curtain.add(() => page.stop());
  console.log(`
  Page         ${address}    both sides, side by side: type on either
  IRC clients  127.0.0.1:${stage.ircd.port}    no TLS, any nick; then /join ${CHANNEL}
  Matrix       ${aliasOf(CHANNEL)}    at ${stage.homeserver.url}

Ctrl-C ends it and leaves nothing behind.`);
  void stage.bridge.ending.then(async ({ code, signal }) => {
    if (end.asked) return;
    end.asked = true;
    console.error(`The bridge has ended by itself (${signal ?? `exit ${code ?? '?'}`}):\n${stage.bridge.tail()}`);
    await leave(1);
  });
}

try {
  await run();
} catch (fault) {
  if (!end.asked) {
    end.asked = true;
    console.error(`\nThe demo could not go on: ${fault instanceof Error ? fault.message : String(fault)}`);
    await leave(1);
  }
}
