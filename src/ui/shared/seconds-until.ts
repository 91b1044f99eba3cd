import { useEffect, useState } from 'react'

const secondsUntil = (time: number | null): number | null =>
  time === null ? null : Math.max(0, Math.ceil((time - Date.now()) / 1000))

/** Whole seconds until `time`, milliseconds since 1970; it ticks down to 0. `null` where there is no such time. */
export const useSecondsUntil = (time: number | null): number | null => {
  const [seconds, setSeconds] = useState(() => secondsUntil(time))
  useEffect(() => {
    setSeconds(secondsUntil(time))
    if (time === null) return
    const timer = setInterval(() => {
      const left = secondsUntil(time)
      setSeconds(left)
      if (left === 0) clearInterval(timer)
    }, 250)
    return () => clearInterval(timer)
  }, [time])
  return seconds
}
