/** IRC lines as a grammar has them and as none has: commands × shapes of parameters × sources, and bytes that went bad. */

import type { Chance } from '../../support/random.js';

const WORDS =
  'PING PONG ERROR CAP AUTHENTICATE NICK USER QUIT JOIN PART KICK MODE TOPIC INVITE PRIVMSG NOTICE TAGMSG WALLOPS KILL AWAY ACCOUNT ' +
  'CHGHOST SETNAME BATCH FAIL WARN NOTE MARKREAD REDACT RENAME MONITOR WHO WHOIS LIST NAMES PASS SQUIT SERVER BOUNCER ACK METADATA ' +
  'privmsg Join __proto__ constructor toString hasOwnProperty valueOf 0 00 1 12 1234 *';
const COMMANDS = [...WORDS.split(' '), ...Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, '0'))];
/** Most lines ought to reach the parts that do something. */
const LIVELY =
  'PRIVMSG PRIVMSG PRIVMSG NOTICE JOIN PART NICK KICK CAP AUTHENTICATE NICK QUIT JOIN PART KICK MODE TOPIC INVITE PRIVMSG NOTICE TAGMSG CHGHOST ACCOUNT BATCH PING ' +
  '001 005 301 311 312 313 317 318 319 324 330 331 332 333 353 366 396 401 403 404 405 432 433 436 437 442 443 461 464 465 470 471 473 474 475 477 482 495 900 903 904 906 908';
const LIVELY_COMMANDS = LIVELY.split(' ');

/** What a line may speak of. */
export interface Cast {
  readonly self: string;
  /** Another client of ours on this server. */
  readonly sibling: string;
  readonly channel: string;
}

const LONG = 'x'.repeat(400);

/** The ways in which the words behind a command may stand: 28 of them. */
function shapes({ self, sibling, channel }: Cast): readonly string[] {
  return [
    '', ' ', ' :', ' : ', ` ${self}`, ` ${channel}`, ` ${self} ${channel}`, ` ${self} ${channel} :text`, ` ${channel} :text`,
    ` ${channel} ${self} :why`, ` ${channel} ${sibling} :why`, ` ${self} = ${channel} :@${self} +other ${sibling}!u@h`,
    ` ${self} :text`, ` * LS :sasl=PLAIN batch message-tags server-time`, ` ${self} LS * :${LONG}`, ` ${self} ACK :batch -sasl ~x`,
    ` ${self} NAK :batch sasl`, ` ${self} NEW :sasl=EXTERNAL`, ` ${channel} +ovb-k ${self} ${sibling} *!*@* key`,
    ` ${channel} +${'o'.repeat(200)} ${`${self} `.repeat(100)}`, ` ${self} CASEMAPPING=rfc1459 CHANTYPES= PREFIX=()  :are supported`,
    ` ${self} CASEMAPPING=ascii CHANTYPES=#& PREFIX=(ov)@+ NICKLEN=9 TARGMAX=JOIN:1 LINELEN=9999 :are supported`,
    ` ${' a'.repeat(120)}`, ` __proto__ constructor :toString`, ` ${LONG} ${LONG} :${LONG}`, ` +ref netsplit ${channel}`,
    ` ${channel.toUpperCase()} :\x01ACTION \x02\x03${'99,99'.repeat(20)}\x04\x11\x16\x1d\x1e\x1f\x0f\x01`, ` -1 NaN 1e309 :\u202e\ud83d\ude00`,
  ];
}

function sources({ self, sibling }: Cast): readonly string[] {
  return [
    '', ':raw.test ', `:${self}!u@h `, `:${sibling}!u@h `, ':other!u@h ', ': ', ':!@ ', `:${'n'.repeat(500)}!${'u'.repeat(500)}@h `,
    `:${self.toUpperCase()} `,
  ];
}

const TAGS = [
  '', '', '', '', '', '@time=2020-01-01T00:00:00.000Z ', '@batch=ref;msgid=1 ', '@account=;time=;=;;=x ', '@__proto__=1;constructor ',
  `@${'a=b;'.repeat(1000)} `, '@ ', '@time=999999999999999999999 ',
];

/** One line, without its end. */
export function fuzzLine(chance: Chance, cast: Cast): Buffer {
  const command = chance.in(0.6) ? chance.of(LIVELY_COMMANDS) : chance.of(COMMANDS);
  const text = chance.of(TAGS) + chance.of(sources(cast)) + command + chance.of(shapes(cast));
  const line = Buffer.from(text);
  return chance.in(0.25) ? mutated(chance, line) : line;
}

function mutated(chance: Chance, line: Buffer): Buffer {
  let bytes = Buffer.from(line);
  for (let times = 1 + chance.below(4); times > 0; times--) {
    const at = chance.below(bytes.length + 1);
    switch (chance.below(6)) {
      case 0:
        if (at < bytes.length) bytes[at] = chance.below(256);
        break;
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + chance.below(8))]);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + 40), bytes.subarray(at)]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(chance.of(['\0', '\r', '\n', '\x01', ' ', ':', '@', '\xff', '\r\n\r\n'])), bytes.subarray(at)]);
        break;
      case 4:
        bytes = bytes.subarray(0, at);
        break;
      default:
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.alloc(chance.below(3000), chance.below(256)), bytes.subarray(at)]);
    }
  }
  return bytes;
}

/** Whether a server that means to stay connected would rather not send this. */
export function endsConnection(line: Buffer): boolean {
  return /(?:^|\n)(?:@[^ ]* +)?(?::[^ ]* +)?(?:ERROR|KILL|46[45])(?: |$)/iu.test(line.toString('latin1'));
}
