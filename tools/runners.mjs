/**
 * Makes parts of a test run out of commands. What a runner counted is corrected by its exit code: a crash is a failure,
 * and so is a run of no tests.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { run } from './run.mjs'

const minuteMs = 60_000
/** A part that prints nothing for this long hangs: each prints a line per test, or ends sooner. */
const usualSilenceMs = 10 * minuteMs

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = (name) => join(root, 'node_modules', '.bin', name)
const temporary = mkdtempSync(join(tmpdir(), 'mlwe-pake-test-'))
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }))

/** Runs a command until it ends or hangs; `why` says how, should that be a failure. */
const runPart = async (command, args, { silenceMs = usualSilenceMs, ...options }) => {
  const { code, output, silent } = await run(command, args, { silenceMs, ...options })
  const why = silent ? `hung: no output for ${silenceMs / minuteMs} min` : `ended with code ${code}`
  return { code, output, why }
}

const failed = (why) => ({ passed: 0, failed: 1, why })

/** @param counted - `{ passed, failed }`, or null if the runner left no report */
const outcome = ({ code, why }, counted) => {
  if (counted === null) return failed(`no report: ${why}`)
  if (counted.passed + counted.failed === 0) return failed('ran no test')
  return code !== 0 && counted.failed === 0 ? { passed: counted.passed, failed: 1, why } : counted
}

/** A part that either succeeds or fails: one npm script. */
export const single = (name, script, { args = [], ...options } = {}) => ({
  name,
  execute: async (write) => {
    const result = await runPart('npm', ['run', '--silent', script, '--', ...args], { write, ...options })
    return result.code === 0 ? { passed: 1, failed: 0 } : failed(result.why)
  },
})

const countsIn = (output) => {
  const counts = /^(\d+) passed, (\d+) failed$/.exec(output.trimEnd().split('\n').at(-1) ?? '')
  if (counts === null) return null
  const failures = output.split('\n').filter((line) => /^seed \d+/.test(line))
  return { passed: Number(counts[1]), failed: Number(counts[2]), failures }
}

/** A part that counts: an npm script whose last line is `N passed, N failed`. */
export const counting = (name, script, { args = [], ...options } = {}) => ({
  name,
  execute: async (write) => {
    const result = await runPart('npm', ['run', '--silent', script, '--', ...args], { write, ...options })
    return outcome(result, countsIn(result.output))
  },
})

let reports = 0
const nextReport = () => join(temporary, `${reports++}.json`)
const readReport = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

const longestFailure = 30
/** A test's name, and the first lines of what it says. */
const describeFailure = (name, message) =>
  [
    name,
    ...stripVTControlCharacters(message ?? '')
      .split('\n')
      .slice(0, longestFailure),
  ].join('\n   ')

const countUnit = (report) => {
  // A file that cannot be loaded holds no test, and must not pass for that.
  const broken = report.testResults.filter(
    (suite) => suite.status === 'failed' && !suite.assertionResults.some(({ status }) => status === 'failed'),
  )
  return {
    passed: report.numPassedTests,
    failed: report.numTotalTests - report.numPassedTests + broken.length,
    failures: [
      ...broken.map(({ name, message }) => describeFailure(name, message)),
      ...report.testResults.flatMap(({ assertionResults }) =>
        assertionResults
          .filter(({ status }) => status !== 'passed')
          .map(({ fullName, status, failureMessages: [message] }) =>
            describeFailure(`${fullName} (${status})`, message),
          ),
      ),
    ],
  }
}

/** The unit tests. Skipped ones count as failed. */
export const unit = (name) => ({
  name,
  execute: async (write) => {
    const file = nextReport()
    const args = ['run', '--reporter=verbose', '--reporter=json', `--outputFile.json=${file}`]
    const result = await runPart(bin('vitest'), args, { write })
    const report = readReport(file)
    return outcome(result, report && countUnit(report))
  },
})

const specsIn = ({ specs = [], suites = [] }) => [...specs, ...suites.flatMap(specsIn)]

const countBrowser = (report) => {
  const { stats, errors } = report
  const bad = specsIn(report).flatMap(({ file, line, title, tests }) =>
    tests
      .filter(({ status }) => status !== 'expected')
      .map(({ status, results }) =>
        describeFailure(
          `${file}:${line} ${title} (${status})`,
          results.flatMap((result) => result.errors).at(0)?.message,
        ),
      ),
  )
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + stats.skipped + errors.length,
    failures: [...bad, ...errors.map(({ message }) => describeFailure('outside a test', message))],
  }
}

/** The tests in real tabs: all, or those that `args` name. Skipped ones count as failed. */
export const browser = (name, { args = [], env = {} } = {}) => ({
  name,
  execute: async (write) => {
    const file = nextReport()
    const result = await runPart(bin('playwright'), ['test', '--reporter=list,json', ...args], {
      write,
      env: { PLAYWRIGHT_JSON_OUTPUT_FILE: file, ...env },
    })
    const report = readReport(file)
    return outcome(result, report && countBrowser(report))
  },
})
