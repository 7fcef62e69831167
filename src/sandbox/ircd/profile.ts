/** How the real servers differ, as far as a bridge notices. Every value was seen on the wire (IRC-SERVERS.md). */

export type ProfileName = 'inspircd' | 'ngircd' | 'solanum' | 'unreal' | 'ergo' | 'hybrid';

/** Lines at once, then one each `everyMs`; `limit` bytes may wait, over that: Excess Flood. `limit` 0: it stops reading. */
export interface FloodRule {
  readonly burst: number;
  readonly everyMs: number;
  readonly limit: number;
}

export interface Profile {
  readonly name: ProfileName;
  readonly version: string;
  readonly network: string;
  readonly casemapping: 'ascii' | 'rfc1459';
  readonly nickLength: number;
  readonly longNick: 'cut' | 'refuse';
  /** Longest user name shown, without the `~`. */
  readonly userLength: number;
  /** What of a user name is refused; the answer is `userRefusal`. */
  readonly badUser: RegExp | undefined;
  readonly userRefusal: '468' | 'disconnect';
  /** Always this user name, whatever is asked for (Ergo's coerce-ident). */
  readonly fixedUser?: string;
  readonly realnameLength: number;
  readonly channelLength: number;
  readonly badChannel: RegExp;
  readonly topicLength: number;
  readonly kickLength: number;
  readonly awayLength: number;
  readonly channelTypes: string;
  /** Highest first: `[mode, mark]`. */
  readonly prefixes: readonly (readonly [string, string])[];
  readonly statusMessages: boolean;
  readonly channelLimit: number;
  readonly modesPerLine: number;
  readonly targets: number;
  readonly extraTargets: '407' | 'drop';
  readonly caps: readonly string[];
  /** `false`: a line with tags is an unknown command. */
  readonly tags: boolean;
  readonly msgids: boolean;
  /** Client tags passed on; `undefined`: all. */
  readonly clientTags?: readonly string[];
  readonly longLine: 'cut' | '417' | 'disconnect';
  /** Ergo: 417 too when the line would pass 512 with the sender's prefix. */
  readonly longRelay: 'cut' | '417';
  readonly receiveQueue: number;
  readonly userModes: string;
  readonly deaf?: string;
  readonly deafInIsupport: boolean;
  /** First characters of a line that a deaf client hears none the less. */
  readonly piercing: string;
  /** What a command gets that was sent before 001. */
  readonly early: '451' | 'wait';
  readonly fullWelcome: boolean;
  /** Modes the server announces on a new channel. */
  readonly newChannelModes: string;
  readonly noticeToNobody: 'silent' | '401';
  readonly missingChannel: '403' | '401';
  readonly emptyText: '412' | 'deliver';
  readonly nul: 'cut' | 'space' | 'mute' | 'disconnect';
  readonly cr: 'ends' | 'delete' | 'disconnect';
  /** `always`: InspIRCd's colon before every last parameter. `join`: before JOIN's. */
  readonly colons: 'always' | 'join' | 'needed';
  /** Own MODE and NICK lines come from the bare nick. */
  readonly bareSelf: boolean;
  readonly quitPrefix: boolean;
  readonly utf8Only: boolean;
  readonly bannedMayTalk: boolean;
  readonly flood: FloodRule;
  readonly pingMs: number;
  readonly dropMs: number;
  readonly registerMs: number;
}

const OV = [
  ['o', '@'],
  ['v', '+'],
] as const;
const OHV = [['o', '@'], ['h', '%'], ['v', '+']] as const;
const QAOHV = [['q', '~'], ['a', '&'], ...OHV] as const;

const MODERN =
  'account-tag away-notify batch cap-notify chghost echo-message extended-join invite-notify labeled-response message-tags multi-prefix server-time userhost-in-names';

const inspircd: Profile = {
  name: 'inspircd', version: 'InspIRCd-3', network: 'TestNet', casemapping: 'ascii',
  nickLength: 30, longNick: 'refuse', userLength: 9, badUser: /^~|[@!]|[^\x21-\x7e]/u, userRefusal: '468',
  realnameLength: 128, channelLength: 64, badChannel: /[\x07 ,]/u, topicLength: 307, kickLength: 255, awayLength: 200,
  channelTypes: '#', prefixes: OHV, statusMessages: true, channelLimit: 20, modesPerLine: 20,
  targets: 20, extraTargets: '407', caps: MODERN.split(' '), tags: true, msgids: true, longLine: 'cut', longRelay: 'cut',
  receiveQueue: 10_240, userModes: 'BDINRSdiorsw', deaf: 'd', deafInIsupport: false, piercing: '', early: '451',
  fullWelcome: true, newChannelModes: '', noticeToNobody: '401', missingChannel: '403', emptyText: '412', nul: 'space',
  cr: 'delete', colons: 'always', bareSelf: false, quitPrefix: true, utf8Only: false, bannedMayTalk: false,
  flood: { burst: 9, everyMs: 1000, limit: 10_240 }, pingMs: 120_000, dropMs: 240_000, registerMs: 21_000,
};

const ngircd: Profile = {
  ...inspircd,
  name: 'ngircd', version: 'ngIRCd-26.1', network: 'NgTest', userLength: 18, badUser: /[[!@]|^~|[^\x21-\x7e]/u,
  userRefusal: 'disconnect', realnameLength: 127, channelLength: 50, badChannel: /[\x07 ,:]/u, topicLength: 490,
  kickLength: 400, awayLength: 127, channelTypes: '#&+', prefixes: QAOHV, statusMessages: false, channelLimit: 10,
  modesPerLine: 5, caps: ['multi-prefix'], tags: false, msgids: false, longLine: 'disconnect', receiveQueue: 8192,
  userModes: 'abBcCFiIoqrRswx', noticeToNobody: 'silent', missingChannel: '401', emptyText: 'deliver', nul: 'mute',
  cr: 'ends', colons: 'join', quitPrefix: false, flood: { burst: 3, everyMs: 333, limit: 0 },
  pingMs: 121_000, dropMs: 142_000,
};
delete (ngircd as { deaf?: string }).deaf;

const solanum: Profile = {
  ...inspircd,
  name: 'solanum', version: 'solanum-1.0-dev', network: 'SolTest', casemapping: 'rfc1459', longNick: 'cut',
  badUser: /^_|!|[^\x21-\x7e]/u, userRefusal: 'disconnect', realnameLength: 50, channelLength: 50, topicLength: 390,
  kickLength: 260, awayLength: 389, channelTypes: '#&', prefixes: OV, channelLimit: 15, modesPerLine: 4, targets: 4,
  clientTags: ['+reply', '+typing', '+channel-context'], receiveQueue: 32_768, userModes: 'DGMQRSZagioswz', deaf: 'D',
  deafInIsupport: true, early: 'wait', fullWelcome: false, newChannelModes: '+nt', noticeToNobody: 'silent',
  missingChannel: '401', nul: 'cut', cr: 'ends', colons: 'needed', bareSelf: true,
  flood: { burst: 5, everyMs: 500, limit: 1500 }, pingMs: 126_000, dropMs: 274_000, registerMs: 51_000,
};

const hybrid: Profile = {
  ...solanum,
  name: 'hybrid', version: 'hybrid-8.2.43', network: 'HybTest', casemapping: 'ascii', nickLength: 15,
  badUser: /^[_~]|[-.[!@]|[^\x21-\x7e]/u, topicLength: 300, kickLength: 180, awayLength: 180, channelTypes: '#', prefixes: OHV,
  channelLimit: 25, modesPerLine: 6, badChannel: /[\x02\x03\x07 ,]/u, tags: false, msgids: false,
  caps: 'account-notify away-notify cap-notify chghost extended-join invite-notify multi-prefix userhost-in-names'.split(' '),
  receiveQueue: 2560, userModes: 'BDFGHXRSWZacefgijklnopqrswyz', nul: 'cut', cr: 'ends', colons: 'join', bareSelf: false,
  flood: { burst: 5, everyMs: 1000, limit: 2560 }, pingMs: 91_000, dropMs: 181_000, registerMs: 35_000,
};

const unreal: Profile = {
  ...inspircd,
  name: 'unreal', version: 'UnrealIRCd-6.1.8.1', network: 'UnrealTest', longNick: 'cut', userLength: 10, badUser: undefined,
  realnameLength: 50, channelLength: 32, badChannel: /[\x00-\x20,]/u, topicLength: 360, kickLength: 307, awayLength: 307,
  prefixes: QAOHV, channelLimit: 10, modesPerLine: 12, targets: 4,
  clientTags: ['+draft/reply', '+typing', '+draft/typing', '+draft/channel-context'], receiveQueue: 8000,
  userModes: 'diopqrstwxzBDGHIRSTWZ', deafInIsupport: true, piercing: '`!.', newChannelModes: '+nt', missingChannel: '401',
  nul: 'cut', cr: 'ends', colons: 'join', bareSelf: true,
  flood: { burst: 9, everyMs: 1000, limit: 8000 }, pingMs: 90_000, dropMs: 180_000, registerMs: 31_000,
};

const ergo: Profile = {
  ...inspircd,
  name: 'ergo', version: 'ergo-2.20', network: 'ErgoTest', nickLength: 32, badUser: /^[_~]|[!@]|[^\x21-\x7e]/u,
  fixedUser: '~u', realnameLength: 150, badChannel: /[^\x21-\x7e]|[,*?]/u, topicLength: 390, kickLength: 390,
  awayLength: 390, prefixes: QAOHV, channelLimit: 100, targets: 4, extraTargets: 'drop', longLine: '417', longRelay: '417',
  caps: [...MODERN.split(' '), 'draft/message-redaction', 'draft/multiline=max-bytes=4096,max-lines=100', 'standard-replies'],
  receiveQueue: 8000, userModes: 'BERTZios', early: 'wait', fullWelcome: false, noticeToNobody: 'silent', nul: 'disconnect',
  cr: 'disconnect', colons: 'needed', utf8Only: true, bannedMayTalk: true,
  flood: { burst: 5, everyMs: 500, limit: 0 }, pingMs: 90_000, dropMs: 150_000, registerMs: 60_000,
};
delete (ergo as { deaf?: string }).deaf;

/** The servers this one can be. */
export const profiles: Readonly<Record<ProfileName, Profile>> = { inspircd, ngircd, solanum, unreal, ergo, hybrid };

/** The tokens of 005, in the order in which they are sent. `lineLength` is announced where it is not the usual one. */
export function isupportOf(profile: Profile, lineLength = 512): string[] {
  const modes = profile.prefixes.map(([mode]) => mode).join('');
  const marks = profile.prefixes.map(([, mark]) => mark).join('');
  return [
    `AWAYLEN=${profile.awayLength}`,
    `CASEMAPPING=${profile.casemapping}`,
    `CHANLIMIT=${profile.channelTypes}:${profile.channelLimit}`,
    'CHANMODES=b,k,l,imnst',
    `CHANNELLEN=${profile.channelLength}`,
    `CHANTYPES=${profile.channelTypes}`,
    ...(profile.clientTags === undefined ? [] : [`CLIENTTAGDENY=${['*', ...profile.clientTags.map((tag) => tag.replace('+', '-'))].join(',')}`]),
    ...(profile.deafInIsupport && profile.deaf !== undefined ? [`DEAF=${profile.deaf}`] : []),
    `KICKLEN=${profile.kickLength}`,
    'MAXLIST=b:100',
    `MODES=${profile.modesPerLine}`,
    `NETWORK=${profile.network}`,
    `NICKLEN=${profile.nickLength}`,
    `PREFIX=(${modes})${marks}`,
    ...(profile.statusMessages ? [`STATUSMSG=${marks}`] : []),
    ...(profile.name === 'inspircd' || lineLength !== 512 ? [`LINELEN=${lineLength}`] : []),
    ...(profile.name === 'inspircd' ? inspircdOwn(profile) : []),
    ...(['inspircd', 'ngircd'].includes(profile.name) ? [] : [targetsOf(profile)]),
    `TOPICLEN=${profile.topicLength}`,
    ...(profile.utf8Only ? ['UTF8ONLY'] : []),
  ];
}

/** UnrealIRCd's targets of NOTICE are fewer than those of PRIVMSG. */
function targetsOf({ name, targets }: Profile): string {
  const notices = name === 'unreal' ? 1 : targets;
  return `TARGMAX=NAMES:1,LIST:1,KICK:1,WHOIS:1,PRIVMSG:${targets},NOTICE:${notices}`;
}

/** InspIRCd says some things in its own way; deafness can only be told from USERMODES. */
function inspircdOwn({ targets, userModes, realnameLength }: Profile): string[] {
  return ['HOSTLEN=64', `MAXTARGETS=${targets}`, `NAMELEN=${realnameLength}`, 'USERLEN=10', `USERMODES=,,s,${userModes}`];
}
