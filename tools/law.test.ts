/** The import law accepts what it should, and each of its rules catches a planted violation. */

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const temporary = mkdtempSync(join(tmpdir(), 'mlwe-pake-law-'))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

interface Violation {
  readonly from: string
  readonly rule: { readonly name: string }
}

interface Cruise {
  readonly modules: readonly { readonly source: string }[]
  readonly summary: { readonly violations: readonly Violation[]; readonly totalCruised: number }
}

function cruise(directory: string, folders: readonly string[]): Cruise {
  const cli = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs')
  const config = join(root, '.dependency-cruiser.cjs')
  const args = [cli, ...folders, '--config', config, '--output-type', 'json']
  const { stdout } = spawnSync(process.execPath, args, {
    cwd: directory,
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  })
  return JSON.parse(stdout)
}

function plant(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
}

const core = ['codec', 'crypto', 'metrics', 'pake', 'ratchet', 'prekeys', 'group', 'files', 'peer', 'login']
const folders = [...core, 'relay-protocol', 'transport', 'host', 'ui']
const camelCase = (name: string): string => name.replace(/-[a-z]/g, ([, letter]) => `${letter}`.toUpperCase())

/** A tree in which every import is allowed. */
const lawful: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    folders.map((name) => [
      `src/${name}/index.ts`,
      `export const ${camelCase(name)} = 1\nexport type Of = 1`,
    ]),
  ),
  'src/codec/inner.ts': 'export const inner = 1',
  'src/crypto/kem.ts': "import { codec } from '../codec/index.ts'\nimport 'mlkem'\nexport const kem = codec",
  'src/crypto/vectors/main.ts': "import '../../pake/vectors/file.ts'\nimport 'node:fs'",
  'src/crypto/testing/node-engines.ts': "import 'node:crypto'",
  'src/pake/vectors/file.ts': "import '../../codec/index.ts'",
  'src/peer/lawful.test.ts': "import '../transport/index.ts'\nimport 'node:fs'\nimport 'vitest'",
  'src/peer/testing/network.ts': "import '../../transport/testing/memory-network.ts'",
  'src/login/login.ts': "import '../peer/index.ts'",
  'src/transport/relay-client.ts': "import '../relay-protocol/index.ts'",
  'src/transport/testing/memory-network.ts':
    "import '../../../signaling/relay/relay.ts'\nimport '../../../signaling/store/memory-store.ts'",
  'src/ratchet/simulation/pair.ts': "import '../../crypto/testing/node-engines.ts'",
  'src/transport/lawful.test.ts': "import '../../signaling/index.ts'\nimport 'ws'",
  'src/host/page/page-client.ts':
    "import '../../transport/index.ts'\nimport type { Of } from '../../peer/index.ts'\nimport '../worker/worker.ts'\nexport type View = Of",
  'src/host/worker/worker.ts': "import '../../peer/index.ts'",
  'src/host/profile/storage.ts': "import 'idb'",
  'src/host/lawful.test.ts': "import '../../signaling/server/server.ts'",
  'src/ui/app.tsx':
    "import { host } from '../host/index.ts'\nimport type { Of } from '../login/index.ts'\nimport 'react'\nexport const app: Of | typeof host = host",
  'signaling/relay/relay.ts':
    "import '../../src/relay-protocol/index.ts'\nimport type { Kept } from '../store/store.ts'\nexport type Asked = Kept",
  'signaling/store/store.ts': "import '../../src/codec/index.ts'\nexport type Kept = 1",
  'signaling/store/memory-store.ts': "import './store.ts'\nimport 'node:fs'",
  'signaling/server/server.ts':
    "import '../relay/relay.ts'\nimport '../store/store.ts'\nimport 'node:http'\nimport 'ws'",
  'signaling/testing/client.ts': "import '../server/server.ts'\nimport 'node:net'\nimport 'ws'",
  'signaling/trial.ts': "import './testing/client.ts'\nimport 'node:fs'",
  'signaling/index.ts': "export * from './server/server.ts'",
  'e2e/fixtures/relay.ts': "import '../../signaling/index.ts'",
  'e2e/lawful.spec.ts': "import './fixtures/relay.ts'\nimport 'node:crypto'\nimport 'ws'",
  'tools/lawful.test.ts': "import 'node:fs'",
  'fuzz/driver.ts': "import '../src/codec/inner.ts'\nimport '../signaling/store/store.ts'\nimport 'node:fs'",
  'bench/ratchet.ts':
    "import '../src/ratchet/index.ts'\nimport '../src/crypto/testing/node-engines.ts'\nimport 'node:fs'\nimport 'ws'\nimport 'ts-mls'",
  'vite.config.ts': "import './signaling/index.ts'\nimport 'node:path'",
}

/** Rule, the file that breaks it, what that file imports. */
const unlawful: readonly (readonly [rule: string, file: string, imports: string])[] = [
  ['codec-imports', 'src/codec/bad.ts', '../metrics/index.ts'],
  ['metrics-imports', 'src/metrics/bad.ts', '../codec/index.ts'],
  ['crypto-imports', 'src/crypto/bad.ts', '../pake/index.ts'],
  ['crypto-imports', 'src/crypto/bad.test.ts', '../pake/index.ts'],
  ['crypto-imports-vectors', 'src/crypto/reads-vectors.ts', '../pake/vectors/file.ts'],
  ['pake-imports', 'src/pake/bad.ts', '../ratchet/index.ts'],
  ['identity-imports', 'src/identity/bad.ts', '../pake/index.ts'],
  ['ratchet-imports', 'src/ratchet/bad.ts', '../pake/index.ts'],
  ['prekeys-imports', 'src/prekeys/bad.ts', '../ratchet/index.ts'],
  ['group-imports', 'src/group/bad.ts', '../ratchet/index.ts'],
  ['group-imports', 'src/group/past-the-index.ts', '../codec/inner.ts'],
  ['group-imports', 'src/group/past-the-index.test.ts', '../codec/inner.ts'],
  ['group-imports', 'src/group/of-others.test.ts', '../peer/testing/network.ts'],
  ['files-imports', 'src/files/bad.ts', '../group/index.ts'],
  ['peer-imports', 'src/peer/bad.ts', '../host/index.ts'],
  ['peer-imports', 'src/peer/knows-login.ts', '../login/index.ts'],
  ['peer-imports-transport', 'src/peer/sends.ts', '../transport/index.ts'],
  ['login-imports', 'src/login/bad.ts', '../transport/index.ts'],
  ['relay-protocol-imports', 'src/relay-protocol/bad.ts', '../metrics/index.ts'],
  ['transport-imports', 'src/transport/bad.ts', '../crypto/index.ts'],
  ['src-imports-relay', 'src/transport/relay-inside.ts', '../../signaling/relay/relay.ts'],
  ['src-imports-relay', 'src/relay-protocol/relay.ts', '../../signaling/store/store.ts'],
  ['src-imports-relay', 'src/host/relay.ts', '../../signaling/server/server.ts'],
  ['src-imports-relay', 'src/peer/relay.test.ts', '../../signaling/index.ts'],
  ['tests-import-relay', 'src/transport/testing/memory-network.ts', '../../../signaling/main.ts'],
  ['tests-import-relay', 'src/transport/bad.test.ts', '../../signaling/testing/client.ts'],
  ['tests-import-relay', 'src/host/bad.test.ts', '../../signaling/main.ts'],
  ['host-imports', 'src/host/bad.ts', '../ui/index.ts'],
  ['ui-imports', 'src/ui/bad.ts', '../transport/index.ts'],
  ['ui-imports', 'src/ui/past-the-index.ts', '../host/page/page-client.ts'],
  ['page-reaches-keys', 'src/ui/reads-keys.ts', '../peer/index.ts'],
  ['page-reaches-keys', 'src/host/page/page-client.ts', '../../crypto/index.ts'],
  ['page-reaches-keys', 'src/host/index.ts', '../pake/index.ts'],
  ['page-imports-worker', 'src/host/page/page-client.ts', '../profile/storage.ts'],
  ['folder-not-in-law', 'src/utils/bad.ts', '../codec/index.ts'],
  ['signaling-imports', 'signaling/bad.ts', '../src/crypto/index.ts'],
  ['signaling-imports', 'signaling/past-the-index.ts', '../src/codec/inner.ts'],
  ['relay-store-imports', 'signaling/store/bad.ts', '../relay/relay.ts'],
  ['relay-core-imports', 'signaling/relay/bad.ts', '../server/server.ts'],
  ['relay-core-runs-store', 'signaling/relay/keeps.ts', '../store/memory-store.ts'],
  ['e2e-imports', 'e2e/bad.spec.ts', '../src/host/index.ts'],
  ['e2e-imports', 'e2e/fixtures/bad.ts', '../../signaling/server/server.ts'],
  ['tools-imports', 'tools/bad.ts', '../src/crypto/index.ts'],
  ['fuzz-imports', 'fuzz/uses-bench.ts', '../bench/ratchet.ts'],
  ['imports-fuzz', 'src/peer/uses-fuzz.ts', '../../fuzz/driver.ts'],
  ['bench-imports', 'bench/past-the-index.ts', '../src/codec/inner.ts'],
  ['tools-imports', 'tools/uses-bench.ts', '../bench/ratchet.ts'],
  ['product-imports-tests', 'src/peer/uses-bench.ts', '../../bench/ratchet.ts'],
  ['product-imports-tests', 'src/ratchet/uses-node.ts', '../crypto/testing/node-engines.ts'],
  ['product-imports-tests', 'src/crypto/index.ts', './testing/node-engines.ts'],
  ['product-imports-tests', 'signaling/server/uses-client.ts', '../testing/client.ts'],
  ['product-imports-tests', 'src/peer/uses-test.ts', './lawful.test.ts'],
  ['bench-packages', 'src/ratchet/peer.ts', 'ts-mls'],
  ['no-cycles', 'src/ratchet/cycle-a.ts', './cycle-b.ts'],
  ['no-unresolvable', 'src/group/nowhere.ts', './nowhere-to-be-found.ts'],
  ['crypto-packages', 'src/pake/noble.ts', '@noble/curves/ed25519.js'],
  ['crypto-packages', 'src/peer/noble.test.ts', '@noble/hashes/sha2.js'],
  ['crypto-packages', 'src/ratchet/kem.ts', 'mlkem'],
  ['crypto-packages', 'src/host/wasm.ts', 'hash-wasm'],
  ['storage-packages', 'src/host/worker/worker.ts', 'idb'],
  ['webrtc-packages', 'src/host/webrtc.ts', 'simple-peer'],
  ['ui-packages', 'src/host/react.ts', 'react'],
  ['ui-packages', 'src/host/react-dom.ts', 'react-dom/client'],
  ['ui-packages', 'src/transport/chart.ts', 'd3-scale'],
  ['ui-packages', 'src/host/store.ts', 'zustand'],
  ['ui-packages', 'src/metrics/kit.ts', '@ariakit/react'],
  ['socket-packages', 'src/transport/socket.ts', 'ws'],
  ['socket-packages', 'signaling/relay/relay.ts', 'ws'],
  ['core-packages', 'src/codec/check.ts', 'fast-check'],
  ['core-packages', 'src/login/check.ts', 'fast-check'],
  ['crypto-other-packages', 'src/crypto/check.ts', 'fast-check'],
  ['node-builtins', 'src/crypto/node.ts', 'node:crypto'],
  ['node-builtins', 'src/transport/node.ts', 'node:net'],
  ['node-builtins', 'src/relay-protocol/node.ts', 'node:fs'],
  ['node-builtins', 'signaling/relay/relay.ts', 'node:fs'],
]

function plantTree(name: string, files: Readonly<Record<string, string>>): string {
  const directory = join(temporary, name)
  plant(directory, files)
  cpSync(join(root, 'tsconfig.json'), join(directory, 'tsconfig.json'))
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'), 'dir')
  return directory
}

const cruised = ['src', 'signaling', 'e2e', 'fuzz', 'tools', 'bench', 'vite.config.ts']

describe('the import law', () => {
  it('accepts what it allows', () => {
    const { summary } = cruise(plantTree('lawful', lawful), cruised)
    expect(summary.violations.map(({ from, rule }) => `${from} ${rule.name}`)).toEqual([])
    expect(summary.totalCruised).toBeGreaterThanOrEqual(Object.keys(lawful).length)
  })

  describe('planted violations', () => {
    let found: readonly Violation[] = []

    beforeAll(() => {
      const files: Record<string, string> = {
        ...lawful,
        'src/ratchet/cycle-b.ts': "import './cycle-a.ts'",
        'signaling/main.ts': "import './server/server.ts'",
      }
      for (const [, file, imports] of unlawful) files[file] = `${files[file] ?? ''}\nimport '${imports}'\n`
      found = cruise(plantTree('unlawful', files), cruised).summary.violations
    })

    it.each(unlawful)('%s stops %s from importing %s', (rule, file) => {
      expect(found.some((violation) => violation.from === file && violation.rule.name === rule)).toBe(true)
    })

    it('covers every rule', () => {
      const config: { readonly forbidden: readonly { readonly name: string }[] } = createRequire(
        import.meta.url,
      )('../.dependency-cruiser.cjs')
      const rules = config.forbidden.map(({ name }) => name)
      expect([...new Set(unlawful.map(([rule]) => rule))].sort()).toEqual(rules.sort())
    })
  })

  it('reads every module of the real tree', () => {
    const { modules, summary } = cruise(root, ['src', 'signaling'])
    expect(summary.totalCruised).toBeGreaterThan(0)
    const sources = new Set(modules.map(({ source }) => source))
    const files = ['src', 'signaling'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.tsx?$/.test(name))
        .map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
    )
    expect(files.length).toBeGreaterThan(0)
    expect(files.filter((file) => !sources.has(file))).toEqual([])
  })
})

describe('the core compiles without a browser, Node or a clock', () => {
  const lines: Readonly<Record<string, string>> = {
    document: 'export const planted = document.title',
    window: 'export const planted = window.name',
    fetch: "export const planted = fetch('/')",
    WebSocket: "export const planted = new WebSocket('/')",
    setTimeout: 'export const planted = setTimeout(() => {}, 1)',
    performance: 'export const planted = performance.now()',
    crypto: 'export const planted = crypto.subtle',
    process: 'export const planted = process.env',
    Buffer: "export const planted = Buffer.from('')",
    none: 'export const planted = [1, 2, 3].length',
  }
  let output = ''

  beforeAll(() => {
    const directory = join(temporary, 'core')
    // Together with the real core: a type reference in there would make these names known here too.
    const real = core.map((name) => join(root, 'src', name))
    plant(directory, {
      ...Object.fromEntries(Object.entries(lines).map(([name, text]) => [`planted-${name}.ts`, text])),
      'tsconfig.json': JSON.stringify({
        extends: join(root, 'tsconfig.core.json'),
        include: ['planted-*.ts', ...real],
        exclude: ['test.ts', 'bench.ts']
          .map((end) => join(root, 'src', '**', `*.${end}`))
          .concat(
            ['vectors', 'testing', 'simulation', 'attacks'].map((name) => join(root, 'src', '**', name)),
          ),
      }),
    })
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    const args = [tsc, '-p', directory, '--pretty', 'false']
    output = spawnSync(process.execPath, args, { cwd: directory, encoding: 'utf8' }).stdout
  })

  it.each(Object.keys(lines).filter((name) => name !== 'none'))('rejects %s', (name) => {
    const complaint = new RegExp(`planted-${name}\\.ts\\(.*error TS\\d+: Cannot find name '${name}'`)
    expect(output).toMatch(complaint)
  })

  it('accepts plain code', () => {
    expect(output).not.toContain('planted-none.ts')
  })
})
