import { memo, useEffect, useState } from 'react'
import { exportMetrics } from '../../metrics/index.ts'
import { CaptureBar } from '../capture/capture-bar.tsx'
import { useServices, useWording } from '../context.tsx'
import { useVisible } from '../page-state.ts'
import { allOperations } from '../records/record-log.ts'
import { BoardContext, startLooking, useBoardStore } from './board.ts'
import { DistributionPanel } from './distribution-panel.tsx'
import { downloadJson } from './download.ts'
import { ErrorsPanel } from './errors-panel.tsx'
import { Figures } from './figures.tsx'
import { LatencyPanel } from './latency-panel.tsx'
import styles from './metrics-screen.module.css'
import { OperationsTable } from './operations-table.tsx'
import { SlowestPanel } from './slowest-panel.tsx'
import { ThroughputPanel } from './throughput-panel.tsx'
import { Toolbar } from './toolbar.tsx'
import { WirePanel } from './wire-panel.tsx'

export function MetricsScreen() {
  const { board } = useServices()
  return (
    <BoardContext value={board}>
      <Screen />
    </BoardContext>
  )
}

/** The panels draw while anybody can see them, and not otherwise. */
const useLooking = (): void => {
  const board = useBoardStore()
  const visible = useVisible()
  useEffect(() => {
    if (visible) return startLooking(board, () => performance.now())
  }, [board, visible])
}

/** The page around it is drawn anew with every message; that is no reason to draw the charts. */
const Screen = memo(function Screen() {
  const { metrics } = useWording()
  const { records } = useServices()
  const [operation, setOperation] = useState(allOperations)
  useLooking()
  return (
    <div className={styles.screen}>
      <div className={styles.bar}>
        <h1 className={styles.title}>{metrics.title}</h1>
        <button
          type="button"
          onClick={() => downloadJson('mlwe-pake-metrics.json', exportMetrics(records.operations))}
        >
          {metrics.exportMetrics}
        </button>
        <CaptureBar />
      </div>
      <Figures />
      <Toolbar />
      <LatencyPanel slot={1} operation={operation} onOperation={setOperation} />
      <div className={styles.pair}>
        <DistributionPanel slot={2} operation={operation} />
        <ThroughputPanel slot={3} operation={operation} />
      </div>
      <WirePanel slot={0} />
      <OperationsTable slot={3} />
      <SlowestPanel slot={0} />
      <ErrorsPanel slot={0} />
    </div>
  )
})
