/**
 * The import law: who may import what. `tools/law.test.ts` plants a violation of every rule.
 * Tests obey it too; what only they may do is said in the rule.
 */

const core = ['codec', 'crypto', 'metrics', 'pake', 'ratchet', 'prekeys', 'group', 'peer']

/** Folder of src: folders of src that it may import. */
const allowed = {
  codec: [],
  metrics: [],
  crypto: ['codec', 'metrics'],
  pake: ['codec', 'crypto'],
  ratchet: ['codec', 'crypto'],
  // A pre-key is OQUAKE's first message: a port for three functions would only hide where they come from.
  prekeys: ['codec', 'crypto', 'pake'],
  group: ['codec', 'crypto'],
  peer: core,
  transport: ['codec'],
  host: [...core, 'transport'],
  ui: ['host', 'metrics'],
}

/** Code that runs in Node only and is no part of the product. */
const tests = '\\.(test|bench)\\.tsx?$|/test-[a-z]+\\.ts$|^src/[^/]+/(vectors|simulation)/'
const configs = '^[^/]+\\.config\\.ts$'
/** The files of the relay that touch Node; the rest of it is pure. */
const nodeSide =
  '^signaling/(server|main|vite-plugin|sockets|static|origin|env|sqlite-store|redis-store|open-store|shared-rooms|ice|logs|figures)\\.ts$'

/** The projects that benchmarks run beside live in a folder of their own, and only where somebody ran one. */
const benchPeers = Object.keys(require('./bench/package.json').dependencies)

const any = (names) => `(${names.join('|')})`
const entry = (names) => (names.length === 0 ? [] : [`^src/${any(names)}/index\\.ts$`])
/** Resolved or not, typed or not: a package by its name. */
const packages = (names) => `(^|(^|/)node_modules/(@types/)?)${any(names)}(/|$)`
const anyPackage = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown']

const folderRules = Object.entries(allowed).map(([folder, names]) => ({
  name: `${folder}-imports`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: {
    path: '^(src|signaling|e2e|tools|bench)/',
    pathNot: [
      `^src/${folder}/`,
      ...entry(names),
      // What only some files of a folder may import has a rule of its own below.
      ...(folder === 'transport' || folder === 'host' ? ['^signaling/'] : []),
      // For tests; `product-imports-tests` keeps it out of the product.
      '^src/crypto/simulation/node-engines\\.ts$',
      ...(folder === 'peer' ? ['^src/transport/index\\.ts$'] : []),
      ...(folder === 'crypto' ? ['^src/[^/]+/vectors/'] : []),
    ],
  },
}))

/** Everything but the listed files may not import the package. */
const onlyIn = (name, names, places) => ({
  name,
  severity: 'error',
  from: { pathNot: places },
  to: { path: packages(names) },
})

module.exports = {
  forbidden: [
    ...folderRules,
    {
      name: 'folder-not-in-law',
      comment: 'A new folder of src needs a line in the table above.',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/${any(Object.keys(allowed))}/` },
      to: {},
    },
    {
      name: 'transport-imports-relay',
      comment: 'Frames for all; the relay itself for the in-memory network; a live one for tests.',
      severity: 'error',
      from: { path: '^src/transport/', pathNot: ['^src/transport/memory-network\\.ts$', tests] },
      to: { path: '^signaling/', pathNot: '^signaling/frames\\.ts$' },
    },
    {
      name: 'memory-network-imports-relay',
      severity: 'error',
      from: { path: '^src/transport/memory-network\\.ts$' },
      to: {
        path: '^signaling/',
        pathNot: '^signaling/(frames|relay|effects|limits|request|store|memory-store)\\.ts$',
      },
    },
    {
      name: 'transport-tests-import-relay',
      severity: 'error',
      from: { path: '^src/transport/.*\\.test\\.ts$' },
      to: { path: '^signaling/', pathNot: '^signaling/(frames|relay|index|server)\\.ts$' },
    },
    {
      name: 'host-imports-relay',
      comment: 'A live one, for its tests.',
      severity: 'error',
      from: { path: '^src/host/', pathNot: tests },
      to: { path: '^signaling/' },
    },
    {
      name: 'host-tests-import-relay',
      severity: 'error',
      from: { path: '^src/host/.*\\.test\\.ts$' },
      to: { path: '^signaling/', pathNot: '^signaling/server\\.ts$' },
    },
    {
      name: 'crypto-imports-vectors',
      comment:
        'The runner of public vectors calls the readers of other folders; nothing else of crypto does.',
      severity: 'error',
      from: { path: '^src/crypto/', pathNot: '^src/crypto/vectors/' },
      to: { path: '^src/[^/]+/vectors/', pathNot: '^src/crypto/vectors/' },
    },
    {
      name: 'peer-imports-transport',
      comment: 'Only its tests and its simulation, for the in-memory network.',
      severity: 'error',
      from: { path: '^src/peer/', pathNot: tests },
      to: { path: '^src/transport/' },
    },
    {
      name: 'signaling-imports',
      severity: 'error',
      from: { path: '^signaling/' },
      to: { path: '^(src|e2e|tools|bench)/', pathNot: '^src/(codec|metrics)/index\\.ts$' },
    },
    {
      name: 'e2e-imports',
      comment: 'The tests of the whole know the page and the relay, nothing of the inside.',
      severity: 'error',
      from: { path: '^e2e/' },
      to: { path: '^(src|signaling|bench)/', pathNot: '^signaling/(index|server)\\.ts$' },
    },
    {
      name: 'tools-imports',
      severity: 'error',
      from: { path: ['^tools/', configs] },
      to: { path: '^(src|signaling|e2e|bench)/', pathNot: '^signaling/(index|vite-plugin)\\.ts$' },
    },
    {
      name: 'bench-imports',
      comment: 'Measures what the folders offer; what only tests use, too. Nothing imports it.',
      severity: 'error',
      from: { path: '^bench/' },
      to: {
        path: '^(src|signaling|e2e|tools)/',
        pathNot: [
          '^src/[^/]+/index\\.ts$',
          '^src/[^/]+/simulation/',
          '^signaling/(index|server)\\.ts$',
          '^tools/chromium\\.mjs$',
        ],
      },
    },
    {
      name: 'product-imports-tests',
      severity: 'error',
      from: { path: '^(src|signaling)/', pathNot: tests },
      to: { path: [tests, '^(e2e|tools|bench)/'] },
    },
    {
      name: 'page-reaches-keys',
      comment: 'What holds keys runs in the Worker; of host, the page loads only these files.',
      severity: 'error',
      from: {
        path: '^src/host/(index|page-client|protocol|view|relay-view|inside-view|benchmark-view|one-to-one-view|list-change)\\.ts$',
      },
      to: {
        path: '^src/(crypto|pake|ratchet|prekeys|group|peer|host)/',
        pathNot:
          '^src/host/(page-client|protocol|view|relay-view|inside-view|benchmark-view|one-to-one-view|list-change|worker)\\.ts$',
      },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: packages(benchPeers) },
    },
    {
      name: 'bench-packages',
      severity: 'error',
      from: { pathNot: '^bench/' },
      to: { couldNotResolve: true, path: packages(benchPeers) },
    },

    onlyIn('crypto-packages', ['@noble', 'mlkem', 'hash-wasm'], ['^src/crypto/', '^e2e/']),
    onlyIn('storage-packages', ['idb'], '^src/host/storage\\.ts$'),
    onlyIn('webrtc-packages', ['simple-peer'], '^src/transport/'),
    onlyIn('ui-packages', ['react', 'react-dom', 'recharts', 'zustand', '@ariakit'], '^src/ui/'),
    onlyIn('socket-packages', ['ws'], ['^signaling/(server|sockets)\\.ts$', '^(e2e|tools|bench)/', tests]),
    {
      name: 'core-packages',
      comment: 'The core owns what it is made of; crypto packages come in through src/crypto only.',
      severity: 'error',
      from: { path: `^src/${any(core.filter((folder) => folder !== 'crypto'))}/`, pathNot: tests },
      to: { dependencyTypes: anyPackage },
    },
    {
      name: 'crypto-other-packages',
      severity: 'error',
      from: { path: '^src/crypto/', pathNot: tests },
      to: { dependencyTypes: anyPackage, pathNot: packages(['@noble', 'mlkem', 'hash-wasm']) },
    },
    {
      name: 'node-builtins',
      severity: 'error',
      from: { pathNot: [nodeSide, '^(e2e|tools|bench)/', configs, tests] },
      to: { dependencyTypes: ['core'] },
    },
  ],
  options: {
    doNotFollow: { path: '(^|/)node_modules/' },
    exclude: { path: '^dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'module', 'browser', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
}
