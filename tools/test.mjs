/**
 * Everything that must hold, one part after the other; a failing part does not stop the next.
 * The last line is `N passed, N failed`. A part that crashes, or runs no test, counts as a failure,
 * and so does every test that was skipped or never reached.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './run.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
process.chdir(root)

const minutes = (count) => count * 60_000
/** Nothing may keep the whole run beyond this; each part is also held to its own limit. */
const deadline = performance.now() + minutes(14)
const temporary = mkdtempSync(join(tmpdir(), 'mlwe-pake-test-'))
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }))

const bin = (name) => join(root, 'node_modules', '.bin', name)
const npmScript = (name, options) => run('npm', ['run', '--silent', name], options)

const passed = { passed: 1, failed: 0 }
const failed = (why) => ({ passed: 0, failed: 1, why })
const crashed = (result) => (result.timedOut ? 'took too long' : `ended with code ${result.code}`)

/** A command that either succeeds or not. */
const single = (name) => async (timeoutMs) => {
  const result = await npmScript(name, { timeoutMs })
  return result.code === 0 ? passed : failed(crashed(result))
}

function report(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

/** What a runner counted, and what its exit code says on top of that. */
function outcome(result, counted) {
  if (counted === null) return failed(`no report: ${crashed(result)}`)
  const { passed, failed: lost } = counted
  if (passed + lost === 0) return failed('ran no test')
  if (result.code !== 0 && lost === 0) return { passed, failed: 1, why: crashed(result) }
  return counted
}

async function unit(timeoutMs) {
  const file = join(temporary, 'unit.json')
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const result = await run(bin('vitest'), args, { timeoutMs })
  const json = report(file)
  if (json === null) return outcome(result, null)
  // A file that cannot be loaded holds no test, and must not pass for that.
  const broken = json.testResults.filter(
    (suite) => suite.status === 'failed' && !suite.assertionResults.some(({ status }) => status === 'failed'),
  )
  return outcome(result, {
    passed: json.numPassedTests,
    failed: json.numTotalTests - json.numPassedTests + broken.length,
  })
}

async function simulation(timeoutMs) {
  const result = await npmScript('sim', { timeoutMs })
  const last = result.output.trimEnd().split('\n').at(-1) ?? ''
  const counts = /^(\d+) passed, (\d+) failed$/.exec(last)
  return outcome(result, counts && { passed: Number(counts[1]), failed: Number(counts[2]) })
}

async function e2e(timeoutMs) {
  if (!built) return failed('the app did not build')
  const file = join(temporary, 'e2e.json')
  const result = await run(bin('playwright'), ['test', '--reporter=list,json'], {
    timeoutMs,
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: file },
  })
  const json = report(file)
  if (json === null) return outcome(result, null)
  const { expected, unexpected, flaky, skipped } = json.stats
  return outcome(result, { passed: expected, failed: unexpected + flaky + skipped + json.errors.length })
}

let built = false
async function build(timeoutMs) {
  const result = await single('build')(timeoutMs)
  built = result.failed === 0
  return result
}

const parts = [
  ['format', minutes(1), single('check:format')],
  ['types', minutes(2), single('check:types')],
  ['import law', minutes(1), single('check:law')],
  ['dead exports', minutes(1), single('check:exports')],
  ['unit', minutes(5), unit],
  ['simulation', minutes(6), simulation],
  ['build', minutes(2), build],
  ['e2e', minutes(11), e2e],
]

const results = []
for (const [name, limitMs, execute] of parts) {
  console.log(`\n── ${name}`)
  const start = performance.now()
  const left = deadline - start
  const result = left > 0 ? await execute(Math.min(limitMs, left)) : failed('no time left')
  results.push({ name, seconds: (performance.now() - start) / 1000, ...result })
}

console.log('\n── summary')
for (const { name, seconds, passed, failed, why } of results) {
  const mark = failed === 0 ? 'ok  ' : 'FAIL'
  const detail = `${passed} passed, ${failed} failed${why === undefined ? '' : ` (${why})`}`
  console.log(`${mark} ${name.padEnd(13)} ${seconds.toFixed(1).padStart(6)} s  ${detail}`)
}

const total = (key) => results.reduce((sum, result) => sum + result[key], 0)
console.log(`\n${total('passed')} passed, ${total('failed')} failed`)
process.exitCode = total('failed') === 0 ? 0 : 1
