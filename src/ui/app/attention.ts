/**
 * Shows that there are unread messages: in the title, on the icon, and, where the reader asked for it, by a notification
 * and a sound. None of it says who wrote, what, or in which group: titles and notifications end up in histories.
 */

import { useEffect, useRef } from 'react'
import { useWording } from './context.tsx'

const title = 'MLWE-PAKE'
/** Of `public/`: the manifest names them too. */
const [plainIcon, unreadIcon] = ['/icon.svg', '/icon-unread.svg']

export const signals = ['notify', 'sound'] as const
export type Signal = (typeof signals)[number]
const keyOf = (signal: Signal): string => `mlwe-pake/${signal}`

export const wants = (signal: Signal): boolean => {
  try {
    return localStorage.getItem(keyOf(signal)) === 'yes'
  } catch {
    return false
  }
}

/** Returns whether the browser allows it. */
export const setWanted = async (signal: Signal, wanted: boolean): Promise<boolean> => {
  const allowed =
    !wanted ||
    signal === 'sound' ||
    ('Notification' in window && (await Notification.requestPermission()) === 'granted')
  try {
    localStorage.setItem(keyOf(signal), wanted && allowed ? 'yes' : 'no')
  } catch {}
  return allowed
}

/** A short, quiet tone. */
const chime = (): void => {
  const audio = new AudioContext()
  const [tone, volume] = [audio.createOscillator(), audio.createGain()]
  tone.frequency.value = 660
  volume.gain.setValueAtTime(0.08, audio.currentTime)
  volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.25)
  tone.connect(volume).connect(audio.destination)
  tone.onended = () => void audio.close()
  tone.start()
  tone.stop(audio.currentTime + 0.25)
}

const notify = (text: string): void => {
  if (!('Notification' in window) || Notification.permission !== 'granted') return
  try {
    // One at a time: a later one takes the place of the earlier.
    const shown = new Notification(title, { body: text, tag: 'mlwe-pake', icon: plainIcon })
    shown.onclick = () => {
      focus()
      shown.close()
    }
  } catch {
    // Some phones allow notifications only from a service worker: the badge still tells.
  }
}

export const useAttention = (unread: number): void => {
  const { shell } = useWording()
  const before = useRef(0)
  useEffect(() => {
    document.title = unread === 0 ? title : `(${unread}) ${title}`
    document.querySelector('link[rel=icon]')?.setAttribute('href', unread === 0 ? plainIcon : unreadIcon)
    if ('setAppBadge' in navigator) navigator.setAppBadge(unread).catch(() => undefined)
    if (unread > before.current) {
      if (wants('notify')) notify(shell.newMessages)
      if (wants('sound')) chime()
    }
    before.current = unread
  }, [unread, shell])
}
