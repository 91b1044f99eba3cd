import type { Page } from 'playwright/test'

/** Direct links need an address of this machine: without one no setting of ours can help, so say what is missing. */
export async function requireHostCandidates(page: Page): Promise<void> {
  const count = await page.evaluate(async () => {
    const connection = new RTCPeerConnection()
    connection.createDataChannel('probe')
    const candidates: string[] = []
    const gathered = new Promise<void>((resolve) => {
      connection.addEventListener('icecandidate', ({ candidate }) => {
        if (candidate === null) resolve()
        else candidates.push(candidate.candidate)
      })
      setTimeout(resolve, 5000)
    })
    await connection.setLocalDescription()
    await gathered
    connection.close()
    return candidates.filter((candidate) => candidate.includes(' typ host')).length
  })
  if (count === 0) {
    throw new Error(
      'this machine offers no WebRTC host candidates (no network interface with a route), so tabs cannot connect directly: run the tests where there is a default route',
    )
  }
}
