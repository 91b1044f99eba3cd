import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { chromium } from 'playwright'
import { build } from 'vite'
import { findChromium } from '../tools/chromium.mjs'
import type { Figure } from './runner.ts'

const entryId = 'virtual:bench'

/** What the page runs: the cases of `file` under the same runner, each figure handed out as it comes. */
const entry = (file: string, area: string): string => `
import { cases } from ${JSON.stringify(file)}
import { runCases } from ${JSON.stringify(join(import.meta.dirname, 'runner.ts'))}
const place = { area: ${JSON.stringify(area)}, where: 'chromium' }
globalThis.runBench = () => runCases(cases, place, (figure) => globalThis.reportFigure(figure))
`

/** The page's files by path. */
const bundle = async (file: string, area: string): Promise<ReadonlyMap<string, string | Uint8Array>> => {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    root: import.meta.dirname,
    plugins: [
      {
        name: 'bench-entry',
        resolveId: (id) => (id === entryId ? `\0${entryId}` : null),
        load: (id) => (id === `\0${entryId}` ? entry(file, area) : null),
      },
    ],
    build: {
      write: false,
      target: 'es2023',
      modulePreload: false,
      rolldownOptions: { input: { bench: entryId }, output: { entryFileNames: 'bench.js' } },
    },
  })
  if (!('output' in built)) throw new TypeError('one bundle was asked for')
  return new Map(
    built.output.map((one) => [`/${one.fileName}`, one.type === 'chunk' ? one.code : one.source]),
  )
}

const page = '<!doctype html><title>bench</title><script type="module" src="/bench.js"></script>'

/** Runs the `cases` that `file` exports in a page of the machine's Chromium. Throws where there is none. */
export const runInChromium = async (
  file: string,
  area: string,
  report: (figure: Figure) => void,
): Promise<void> => {
  const executablePath = findChromium()
  if (executablePath === null) throw new Error('no Chromium: install one or set CHROMIUM_PATH')
  const files = await bundle(file, area)
  const server = createServer(({ url = '' }, response) => {
    const found = files.get(url)
    response.setHeader('content-type', found === undefined ? 'text/html' : 'text/javascript')
    response.end(found ?? page)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--js-flags=--expose-gc'] })
  try {
    const tab = await browser.newPage()
    await tab.exposeFunction('reportFigure', report)
    tab.on('pageerror', (error) => console.error(error))
    await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    await tab.waitForFunction('globalThis.runBench !== undefined')
    await tab.evaluate('globalThis.runBench()')
  } finally {
    await browser.close()
    server.close()
  }
}
