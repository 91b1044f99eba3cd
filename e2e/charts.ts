import type { Locator, Page } from 'playwright/test'

export const figure = (page: Page, name: RegExp): Locator => page.getByRole('figure', { name })

/** How many points the richest line or area of a chart goes through, lone dots included. */
export const pointsOf = (chart: Locator): Promise<number> =>
  chart.evaluate((element) => {
    const curves = [...element.querySelectorAll('path.recharts-curve')].map(
      (path) => (path.getAttribute('d') ?? '').split(/[ML]/).length - 1,
    )
    return Math.max(0, ...curves) + element.querySelectorAll('.recharts-line-dots circle').length
  })

export const timeCharts = { latency: /^latency of/i, throughput: /^throughput of/i }
