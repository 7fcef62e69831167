/** Pure: the words of the command line to one task, or to what is wrong with them. */

import { parseArgs } from 'node:util';
import { nearest } from './config/spelling.js';

/** What the command is asked to do. */
export type Task =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | {
      readonly kind: 'register';
      readonly config: string;
      readonly file: string;
      readonly url: string;
      readonly localpart?: string;
      readonly forceNewTokens: boolean;
      readonly msc3395?: 'root' | 'namespace';
    }
  /** `file` only when it was named: then the registration is judged too. */
  | { readonly kind: 'check'; readonly config: string; readonly file?: string }
  | { readonly kind: 'run'; readonly config: string; readonly file: string; readonly port?: number }
  | { readonly kind: 'wrong'; readonly problem: string };

/** The registration file when none is named (REG-2). */
export const REGISTRATION_FILE = 'appservice-registration-irc.yaml';

/** What a wrong command line gets after its fault. */
export const USAGE = `Usage: causeway -c CONFIG [-f FILE] [-p PORT]
       causeway -r -u URL -c CONFIG [-f FILE] [-l LOCALPART] [--force-new-tokens]
                   [--msc3395[=namespace]]
       causeway --check-config -c CONFIG [-f FILE]
"causeway --help" tells more.`;

/** What `--help` prints. */
export const HELP = `causeway: a bridge between Matrix and IRC

First, write the registration and give it to your homeserver:
  causeway -r -u URL -c config.yaml [-f FILE] [-l LOCALPART]
Look over a configuration without starting anything:
  causeway --check-config -c config.yaml [-f FILE]
Then run the bridge:
  causeway -c config.yaml [-f FILE] [-p PORT]

  -c, --config FILE             the configuration; start from config.sample.yaml
  -f, --file FILE               the registration (${REGISTRATION_FILE})
  -p, --port PORT               where the homeserver reaches the bridge; wins over
                                homeserver.bindPort, which is 8090 unless set
  -r, --generate-registration   write the registration; one that is there keeps
                                its id and tokens
  -u, --url URL                 with -r: the bridge's address as the homeserver
                                sees it, such as http://localhost:8090
  -l, --localpart NAME          with -r: the bot's name on Matrix (appservice-irc)
      --force-new-tokens        with -r: make a new id and new tokens
      --msc3395                 with -r: ask to be told when people register, log in,
                                log out and close their accounts; harmless on any
                                homeserver (docs/account-life-cycle.md)
      --msc3395=namespace       the same for a homeserver that implements MSC3395
                                itself; on others it gives away all rooms
      --check-config            judge the configuration (with -f the registration
                                too), then end
  -h, --help                    this text
  -v, --version                 the version

While it runs, SIGHUP reads the configuration again and opens the log files anew,
and SIGTERM or SIGINT ends it in order; a second one ends it at once.
Secrets may stay out of the file: \${NAME} in a value stands for a variable of the
environment, and BRIDGE_DATABASE_CONNECTION_STRING and the like set a secret by
its path (with _FILE at the end: from the file that the variable names).
`;

const OPTIONS = {
  config: { type: 'string', short: 'c' },
  file: { type: 'string', short: 'f' },
  port: { type: 'string', short: 'p' },
  'generate-registration': { type: 'boolean', short: 'r' },
  url: { type: 'string', short: 'u' },
  localpart: { type: 'string', short: 'l' },
  'force-new-tokens': { type: 'boolean' },
  msc3395: { type: 'string' },
  'check-config': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

/** @param words the command line after the program's name */
export function readArguments(words: readonly string[]): Task {
  const parsed = parse(words);
  if (typeof parsed === 'string') return { kind: 'wrong', problem: parsed };
  if (parsed.help) return { kind: 'help' };
  if (parsed.version) return { kind: 'version' };
  const { config, file, url, localpart, msc3395 } = parsed;
  const forceNewTokens = parsed['force-new-tokens'] ?? false;
  if (config === undefined || config === '') return wrong('which configuration? -c FILE is missing');
  if (parsed['generate-registration']) {
    if (url === undefined || url === '') return wrong('-r needs -u URL: where does the homeserver reach the bridge?');
    if (msc3395 !== undefined && msc3395 !== 'root' && msc3395 !== 'namespace') {
      return wrong(`--msc3395 stands alone or is --msc3395=namespace, got ${JSON.stringify(msc3395)}`);
    }
    const named = localpart === undefined ? {} : { localpart };
    const asked: { readonly msc3395?: 'root' | 'namespace' } = msc3395 === undefined ? {} : { msc3395 };
    return { kind: 'register', config, url, file: file ?? REGISTRATION_FILE, forceNewTokens, ...named, ...asked };
  }
  if (url !== undefined || localpart !== undefined || forceNewTokens || msc3395 !== undefined) {
    return wrong('-u, -l, --force-new-tokens and --msc3395 only go with -r');
  }
  if (parsed['check-config']) return { kind: 'check', config, ...(file === undefined ? {} : { file }) };
  const port = parsed.port === undefined ? undefined : readPort(parsed.port);
  if (port === 'none') return wrong(`-p must be a port from 0 to 65535, got ${JSON.stringify(parsed.port)}`);
  return { kind: 'run', config, file: file ?? REGISTRATION_FILE, ...(port === undefined ? {} : { port }) };
}

function wrong(problem: string): Task {
  return { kind: 'wrong', problem };
}

type Parsed = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

function parse(words: readonly string[]): Parsed | string {
  try {
    // An option whose value may be left out is not known to parseArgs.
    const args = words.map((word) => (word === '--msc3395' ? '--msc3395=root' : word));
    return parseArgs({ args, options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (fault) {
    if (!(fault instanceof TypeError)) throw fault;
    const option = /^Unknown option '--([^']+)'/u.exec(fault.message)?.[1];
    const meant = option === undefined ? undefined : nearest(option, Object.keys(OPTIONS));
    if (meant !== undefined) return `unknown option '--${option ?? ''}'; did you mean --${meant}?`;
    const [first = ''] = fault.message.split(/\. |\n/u);
    return first.charAt(0).toLowerCase() + first.slice(1);
  }
}

/** 0 lets the system choose. */
function readPort(text: string): number | 'none' {
  const port = /^\d{1,5}$/u.test(text) ? Number(text) : -1;
  return port >= 0 && port <= 65535 ? port : 'none';
}
