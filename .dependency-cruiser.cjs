/**
 * The import law: who may import what. `tools/law.test.ts` plants a violation of every rule.
 * Tests obey it too; what only they may do is said in the rule.
 */

const core = [
  'codec',
  'crypto',
  'metrics',
  'pake',
  'identity',
  'ratchet',
  'prekeys',
  'group',
  'files',
  'peer',
  'login',
]

/** Folder of src: folders of src that it may import. */
const allowed = {
  codec: [],
  metrics: [],
  crypto: ['codec', 'metrics'],
  pake: ['codec', 'crypto'],
  identity: ['codec', 'crypto'],
  ratchet: ['codec', 'crypto', 'identity'],
  // A pre-key is OQUAKE's first message: a port for three functions would only hide where they come from.
  prekeys: ['codec', 'crypto', 'pake', 'identity'],
  group: ['codec', 'crypto', 'identity'],
  files: ['codec', 'crypto'],
  peer: ['codec', 'crypto', 'metrics', 'pake', 'identity', 'ratchet', 'prekeys', 'group', 'files'],
  login: ['codec', 'crypto', 'metrics', 'pake', 'identity', 'peer'],
  'relay-protocol': ['codec'],
  transport: ['codec', 'relay-protocol'],
  host: [...core, 'relay-protocol', 'transport'],
  // Of the core, types: `page-reaches-keys` forbids its values.
  ui: ['host', ...core],
}

/** What runs in Node only and is no part of the product. */
const tests =
  '\\.(test|bench)\\.tsx?$|/testing/|^src/[^/]+/(vectors|simulation|attacks)/|^signaling/trial\\.ts$'
const configs = '^[^/]+\\.config\\.ts$'
/** The folders of the relay that may touch Node; its core is pure. */
const nodeSide = '^signaling/(server|store)/|^signaling/(main|index)\\.ts$'

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
    path: '^(src|e2e|tools|bench)/',
    pathNot: [
      `^src/${folder}/`,
      ...entry(names),
      // For tests; `product-imports-tests` keeps them out of the product.
      ...(names.length === 0 ? [] : [`^src/${any(names)}/testing/`]),
      // What only some files of a folder may import has a rule of its own below.
      ...(folder === 'peer'
        ? [
            '^src/transport/(index\\.ts$|testing/)',
            '^src/relay-protocol/index\\.ts$',
            '^src/group/epoch\\.ts$',
          ]
        : []),
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
      name: 'src-imports-relay',
      comment: 'What both sides know is src/relay-protocol. Tests of these folders may run the real relay.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(transport|host)/.*(\\.test\\.tsx?$|testing/)' },
      to: { path: '^signaling/' },
    },
    {
      name: 'tests-import-relay',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^signaling/', pathNot: '^signaling/((relay|store|server)/|index\\.ts$)' },
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
      comment:
        'Only its tests and its simulation: the in-memory network, and epochs that an insider makes by itself.',
      severity: 'error',
      from: { path: '^src/peer/', pathNot: tests },
      to: { path: '^src/(transport|relay-protocol)/|^src/group/epoch\\.ts$' },
    },
    {
      name: 'signaling-imports',
      severity: 'error',
      from: { path: '^signaling/' },
      to: {
        path: '^(src|e2e|tools|bench)/',
        pathNot: '^src/(codec|metrics|relay-protocol)/index\\.ts$',
      },
    },
    {
      name: 'relay-store-imports',
      comment: 'The store knows nothing of the relay that uses it.',
      severity: 'error',
      from: { path: '^signaling/store/', pathNot: tests },
      to: { path: '^signaling/', pathNot: '^signaling/store/' },
    },
    {
      name: 'relay-core-imports',
      comment: 'The relay decides; sockets and settings are the server. Of the store it knows the types.',
      severity: 'error',
      from: { path: '^signaling/relay/', pathNot: tests },
      to: { path: '^signaling/', pathNot: '^signaling/(relay|store)/' },
    },
    {
      name: 'relay-core-runs-store',
      severity: 'error',
      from: { path: '^signaling/relay/', pathNot: tests },
      to: { path: '^signaling/store/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'e2e-imports',
      comment: 'The tests of the whole know the page, the relay and its frames, nothing of the inside.',
      severity: 'error',
      from: { path: '^e2e/' },
      to: {
        path: '^(src|signaling|bench)/',
        pathNot: '^(signaling|src/codec|src/relay-protocol)/index\\.ts$',
      },
    },
    {
      name: 'tools-imports',
      severity: 'error',
      from: { path: ['^tools/', configs] },
      to: { path: '^(src|signaling|e2e|bench)/', pathNot: '^signaling/index\\.ts$' },
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
          '^src/[^/]+/(simulation|testing)/',
          '^signaling/index\\.ts$',
          '^tools/chromium\\.mjs$',
        ],
      },
    },
    {
      name: 'fuzz-imports',
      comment: 'Fuzzing reaches into every folder of the product, as the tests beside the code do.',
      severity: 'error',
      from: { path: '^fuzz/' },
      to: { path: '^(e2e|tools|bench)/' },
    },
    {
      name: 'imports-fuzz',
      comment: 'Nothing imports it.',
      severity: 'error',
      from: { pathNot: '^fuzz/' },
      to: { path: '^fuzz/' },
    },
    {
      name: 'product-imports-tests',
      severity: 'error',
      from: { path: '^(src|signaling)/', pathNot: tests },
      to: { path: [tests, '^(e2e|tools|bench)/'] },
    },
    {
      name: 'page-reaches-keys',
      comment:
        'What holds keys runs in the Worker: the page knows types of the core, and of `metrics` values.',
      severity: 'error',
      from: { path: '^src/(ui|host/page|host/index\\.ts$)', pathNot: tests },
      to: {
        path: `^src/${any(core.filter((folder) => folder !== 'metrics'))}/`,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'page-imports-worker',
      comment: 'The page starts the Worker by the address of its entry.',
      severity: 'error',
      from: { path: '^src/host/(page/|index\\.ts$)', pathNot: tests },
      to: { path: '^src/host/', pathNot: '^src/host/(page/|worker/worker\\.ts$)' },
    },
    {
      name: 'no-cycles',
      comment: 'Of values. The record of a state and the types of its slices name each other.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
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
    onlyIn('storage-packages', ['idb'], '^src/host/profile/'),
    onlyIn('webrtc-packages', ['simple-peer'], ['^src/transport/', '^bench/']),
    onlyIn(
      'ui-packages',
      ['react', 'react-dom', 'd3-array', 'd3-scale', 'd3-shape', 'zustand', '@ariakit', '@testing-library'],
      ['^src/ui/', '^bench/empty-page\\.ts$'],
    ),
    onlyIn('socket-packages', ['ws'], ['^signaling/server/', '^(e2e|tools|bench)/', tests]),
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
      from: { pathNot: [nodeSide, '^(e2e|fuzz|tools|bench)/', configs, tests] },
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
