// The layer rules of docs/architecture.md: rings, arrows, ports, library owners.
const edges = ['irc', 'homeserver', 'store', 'journal', 'metrics', 'media'];
const flows = ['irc-to-matrix', 'matrix-to-irc', 'account-life-cycle', 'rooms', 'people'];
const faces = ['commands', 'http'];
const roots = '^src/(app|main|version|build-[a-z]+)\\.ts$';

const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: '^src/', pathNot: [from, ...allowed] },
});
const words = ['^src/model/', '^src/lib/'];
const ports = ['^src/(journal|metrics)/port\\.ts$'];
const edgePorts = ['^src/[a-z]+/port\\.ts$'];
const pure = ['^src/(text|naming|policy)/'];
const owner = (name, packages, owners) => ({
  name: `owner-of-${name}`,
  severity: 'error',
  from: { path: '^src/', pathNot: ['^src/sandbox/', ...owners] },
  to: { path: packages },
});

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-barrel', severity: 'error', from: {}, to: { path: '^src/.*index\\.ts$' } },
    only('lib-imports-nothing', '^src/lib/', []),
    only('model-imports-lib', '^src/model/', ['^src/lib/']),
    only('config-imports-words', '^src/config/', [...words, '^src/naming/']),
    only('text-is-pure', '^src/text/', words),
    only('naming-is-pure', '^src/naming/', words),
    only('policy-is-pure', '^src/policy/', [...words, '^src/naming/', '^src/config/']),
    ...edges.filter((edge) => edge !== 'media').map((edge) =>
      only(`${edge}-stands-alone`, `^src/${edge}/`, [...words, '^src/config/', '^src/naming/', ...ports]),
    ),
    only('media-through-ports', '^src/media/', [...words, '^src/config/', '^src/(homeserver|store|metrics)/port\\.ts$']),
    // Inside irc/: bytes and lines below, then who is heard, then one connection; what the bridge asks for is above them.
    only('irc-wire', '^src/irc/wire/', [...words, '^src/config/', '^src/naming/']),
    only('irc-listeners', '^src/irc/listeners/', [...words, '^src/config/', '^src/naming/', '^src/irc/wire/', ...ports]),
    only('irc-connection', '^src/irc/connection/', [...words, '^src/config/', '^src/naming/', '^src/irc/(wire|listeners)/', ...ports]),
    only('irc-ident', '^src/irc/ident/', [...words, '^src/config/', ...ports]),
    only('people', '^src/people/', [...words, ...pure, '^src/config/', ...edgePorts]),
    only('rooms', '^src/rooms/', [...words, ...pure, '^src/config/', ...edgePorts, '^src/people/']),
    only('irc-to-matrix', '^src/irc-to-matrix/', [...words, ...pure, '^src/config/', ...edgePorts, '^src/(rooms|people)/']),
    only('matrix-to-irc', '^src/matrix-to-irc/', [...words, ...pure, '^src/config/', ...edgePorts, '^src/(rooms|people)/']),
    only('account-life-cycle', '^src/account-life-cycle/', [...words, ...pure, '^src/config/', ...edgePorts, '^src/(rooms|people)/']),
    only('commands', '^src/commands/', [...words, ...pure, '^src/config/', ...edgePorts, '^src/(rooms|people)/']),
    only('http', '^src/http/', [...words, '^src/config/', ...edgePorts]),
    only('sandbox-stands-apart', '^src/sandbox/', [...words, ...pure, '^src/config/']),
    { name: 'sandbox-not-imported', severity: 'error', from: { path: '^src/', pathNot: '^src/sandbox/' }, to: { path: '^src/sandbox/' } },
    {
      name: 'edges-through-ports',
      severity: 'error',
      from: { path: `^src/(${[...flows, ...faces].join('|')})/` },
      to: { path: `^src/(${edges.join('|')})/`, pathNot: '/port\\.ts$' },
    },
    owner('matrix-library', 'node_modules/(matrix-appservice|@vector-im|undici)', ['^src/homeserver/']),
    owner('irc-framework', 'node_modules/irc-framework', ['^src/irc/']),
    owner('nedb', 'node_modules/nedb-promises', ['^src/store/nedb/']),
    owner('prom-client', 'node_modules/prom-client', ['^src/metrics/']),
    owner('js-yaml', 'node_modules/js-yaml', ['^src/config/', '^src/homeserver/registration']),
    owner('zod', 'node_modules/zod', ['^src/config/']),
    owner('htmlparser2', 'node_modules/htmlparser2', ['^src/text/']),
    owner('sockets', '^(node:)?(net|tls)$', ['^src/irc/', '^src/media/proxies', '^src/lib/listening', roots]),
    owner('http', '^(node:)?https?$', ['^src/homeserver/(listener|port)', '^src/http/', '^src/media/']),
    owner('files', '^(node:)?fs(/promises)?$', ['^src/(config|journal|store|media)/', '^src/homeserver/registration', '^src/lib/log-file', roots]),
    {
      name: 'pure-has-no-node',
      severity: 'error',
      from: { path: '^src/(text|naming|policy)/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
