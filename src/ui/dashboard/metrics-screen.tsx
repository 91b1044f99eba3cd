import { exportMetrics, exportRecords } from '../../metrics/index.ts'
import { useServices, useWording } from '../context.tsx'
import { downloadJson } from './download.ts'
import { Figures } from './figures.tsx'
import { LatencyPanel } from './latency-panel.tsx'
import styles from './metrics-screen.module.css'
import { OperationsTable } from './operations-table.tsx'
import { useSample } from './sample.ts'

export function MetricsScreen() {
  const { metrics } = useWording()
  const { records } = useServices()
  const sample = useSample()
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
        <button
          type="button"
          onClick={() => downloadJson('mlwe-pake-records.json', exportRecords(records.latest()))}
        >
          {metrics.exportRecords}
        </button>
      </div>
      <Figures sample={sample} />
      <LatencyPanel sample={sample} />
      <OperationsTable />
    </div>
  )
}
