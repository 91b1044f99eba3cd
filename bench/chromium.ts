import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { chromium } from 'playwright'
import { build } from 'vite'
import { findChromium } from '../tools/chromium.mjs'
import type { Choice, Figure } from './runner.ts'

const entryId = 'virtual:bench'

/** What the page runs: the cases of `file` under the same runner, each figure handed out as it comes. */
const entry = (file: string, area: string): string => `
import { cases } from ${JSON.stringify(file)}
import { runCases } from ${JSON.stringify(join(import.meta.dirname, 'runner.ts'))}
const place = { area: ${JSON.stringify(area)}, where: 'chromium' }
globalThis.runBench = (choice) => runCases(cases, place, (figure) => globalThis.reportFigure(figure), choice)
`

/** The files of a page that runs the module `source`, by path. */
const bundle = async (source: string): Promise<ReadonlyMap<string, string | Uint8Array>> => {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    root: import.meta.dirname,
    plugins: [
      {
        name: 'bench-entry',
        resolveId: (id) => (id === entryId ? `\0${entryId}` : null),
        load: (id) => (id === `\0${entryId}` ? source : null),
      },
    ],
    // As in the app: the package's own entry expects Node's globals.
    resolve: { alias: { 'simple-peer': 'simple-peer/simplepeer.min.js' } },
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

export const requireChromium = (): string => {
  const found = findChromium()
  if (found === null) throw new Error('no Chromium: install one or set CHROMIUM_PATH')
  return found
}

/** Serves a page that runs the module `source`. */
export const servePage = async (source: string) => {
  const files = await bundle(source)
  const server = createServer(({ url = '' }, response) => {
    const found = files.get(url)
    response.setHeader('content-type', found === undefined ? 'text/html' : 'text/javascript')
    response.end(found ?? page)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() }
}

/** Runs the `cases` that `file` exports in a page of the machine's Chromium. Throws where there is none. */
export const runInChromium = async (
  file: string,
  area: string,
  report: (figure: Figure) => void,
  choice: Choice,
): Promise<void> => {
  const executablePath = requireChromium()
  const served = await servePage(entry(file, area))
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--js-flags=--expose-gc'] })
  try {
    const tab = await browser.newPage()
    await tab.exposeFunction('reportFigure', report)
    tab.on('pageerror', (error) => console.error(error))
    await tab.goto(served.url)
    await tab.waitForFunction('globalThis.runBench !== undefined')
    await tab.evaluate(`globalThis.runBench(${JSON.stringify(choice)})`)
  } finally {
    await browser.close()
    served.close()
  }
}
