/** The Metrics tab: figures, charts and tables over the operation records. */

import { memo, useEffect, useState } from 'react'
import { exportMetrics } from '../../metrics/index.ts'
import { useServices, useWording } from '../app/context.tsx'
import { useVisible } from '../app/page-state.ts'
import { allOperations } from '../records/record-log.ts'
import { downloadJson } from '../shared/download.ts'
import screen from '../shared/screen.module.css'
import { CaptureBar } from './capture/capture-bar.tsx'
import { DistributionPanel } from './distribution-panel.tsx'
import { ErrorsPanel } from './errors-panel.tsx'
import { Figures } from './figures.tsx'
import { LatencyPanel } from './latency-panel.tsx'
import styles from './metrics-screen.module.css'
import { MetricsViewContext, startLooking, useMetricsViewStore } from './metrics-view.ts'
import { OperationsTable } from './operations-table.tsx'
import { SlowestPanel } from './slowest-panel.tsx'
import { ThroughputPanel } from './throughput-panel.tsx'
import { Toolbar } from './toolbar.tsx'
import { WirePanel } from './wire-panel.tsx'

export function MetricsScreen() {
  const { metricsView } = useServices()
  return (
    <MetricsViewContext value={metricsView}>
      <Screen />
    </MetricsViewContext>
  )
}

/** The panels draw while anybody can see them, and not otherwise. */
const useLooking = (): void => {
  const metricsView = useMetricsViewStore()
  const { neighbours } = useServices()
  const visible = useVisible()
  useEffect(() => {
    if (!visible) return
    const stops = [startLooking(metricsView, () => performance.now()), neighbours.follow()]
    return () => {
      for (const stop of stops) stop()
    }
  }, [metricsView, neighbours, visible])
}

/** Counts up to `all`, one with each task: what is opened at once would hold the page up for as long as all of it takes. */
const useOneByOne = (all: number): number => {
  const [count, setCount] = useState(0)
  useEffect(() => {
    if (count === all) return
    const timer = setTimeout(() => setCount(count + 1))
    return () => clearTimeout(timer)
  }, [count, all])
  return count
}

/** The page around it is redrawn with every message; the charts need not be. */
const Screen = memo(function Screen() {
  const { metrics } = useWording()
  const { records } = useServices()
  const [operation, setOperation] = useState(allOperations)
  useLooking()
  const shown = useOneByOne(8)
  const coming = <div className={styles.coming} data-of="chart" />
  return (
    <div className={screen.screen}>
      <div className={screen.bar}>
        <h1 className={styles.title}>{metrics.title}</h1>
        <button
          type="button"
          onClick={() => downloadJson('mlwe-pake-metrics.json', exportMetrics(records.operations))}
        >
          {metrics.exportMetrics}
        </button>
        <CaptureBar />
      </div>
      {shown > 0 ? <Figures slot={0} /> : <div className={styles.coming} data-of="figures" />}
      <Toolbar />
      {shown > 1 ? <LatencyPanel slot={1} operation={operation} onOperation={setOperation} /> : coming}
      <div className={screen.pair}>
        {shown > 2 ? <DistributionPanel slot={2} operation={operation} /> : coming}
        {shown > 3 ? <ThroughputPanel slot={3} operation={operation} /> : coming}
      </div>
      {shown > 4 ? <WirePanel slot={4} /> : coming}
      {shown > 5 && <OperationsTable slot={5} />}
      {shown > 6 && <SlowestPanel slot={4} />}
      {shown > 7 && <ErrorsPanel slot={0} />}
    </div>
  )
})
