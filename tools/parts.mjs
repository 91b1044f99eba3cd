/**
 * The parts of a test run: some one after the other, some side by side. A failing part does not stop the next.
 *
 *   phase 1: lane ─part─part─part─>    phase 2: lane ─part─>   …   summary, `N passed, N failed`
 *            lane ─part──────────>
 *
 * The first part that is still running prints as it goes. Those beside it are printed when their turn comes, so that
 * their lines never mix.
 */

/** `parts` share the terminal: the first that is running writes to it, the others wait. */
const createTerminal = (parts) => {
  const waiting = [...parts]
  const held = new Map(parts.map((part) => [part, '']))
  const ended = new Set()
  const show = (text) => process.stdout.write(text)
  const advance = () => {
    while (waiting.length > 0) {
      const [front] = waiting
      show(held.get(front))
      held.set(front, '')
      if (!ended.has(front)) return
      waiting.shift()
    }
  }
  return {
    write: (part, text) => {
      if (part === waiting[0]) show(text)
      else held.set(part, held.get(part) + text)
    },
    end: (part) => {
      ended.add(part)
      advance()
    },
  }
}

const summarize = (results) => {
  console.log('\n── summary')
  for (const { name, seconds, passed, failed, why } of results) {
    const mark = failed === 0 ? 'ok  ' : 'FAIL'
    const detail = `${passed} passed, ${failed} failed${why === undefined ? '' : ` (${why})`}`
    console.log(`${mark} ${name.padEnd(14)} ${seconds.toFixed(1).padStart(6)} s  ${detail}`)
  }
  // Repeated at the end, since CI shows only the last lines of a log.
  for (const { name, failures = [] } of results)
    for (const failure of failures) console.log(`\n── failed in ${name}: ${failure}`)
  const total = (key) => results.reduce((sum, result) => sum + result[key], 0)
  console.log(`\n${total('passed')} passed, ${total('failed')} failed`)
  return total('failed')
}

/**
 * Runs every part, prints a summary and what failed, and sets the exit code.
 *
 * @param phases - lists of lanes, which are lists of parts: phases follow each other, lanes run side by side
 */
export const runParts = async (phases) => {
  const parts = phases.flat(2)
  const terminal = createTerminal(parts)
  const results = new Map()
  const runLane = async (lane) => {
    for (const part of lane) {
      const start = performance.now()
      const write = (text) => terminal.write(part, text)
      write(`\n── ${part.name}\n`)
      const result = await part.execute(write)
      results.set(part, { name: part.name, seconds: (performance.now() - start) / 1000, ...result })
      terminal.end(part)
    }
  }
  for (const lanes of phases) await Promise.all(lanes.map(runLane))
  process.exitCode = summarize(parts.map((part) => results.get(part))) === 0 ? 0 : 1
}
