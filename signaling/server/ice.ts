/** STUN and TURN servers for the app. TURN credentials go only to members of a room, over their socket. */

import { createHmac } from 'node:crypto'
import { createBuckets, type ResponseFrame } from '../../src/relay-protocol/index.ts'
import type { RelayEffect } from '../relay/effects.ts'

export interface IceSettings {
  /** Such as `stun:stun.example:3478`. */
  readonly stun: readonly string[]
  readonly turn: readonly string[]
  /** Secret shared by the relay and the TURN server (coturn: `static-auth-secret`). */
  readonly turnSecret: string
}

export const noIce: IceSettings = { stun: [], turn: [], turnSecret: '' }

const LIFETIME_S = 3600
const USER_LABEL = 'mlwe-pake turn user v1'
/** A member asks twice an hour, and again after it reloaded its page. */
const userCharge = (address: string) => ({ name: `user ${address}`, cost: 1, rate: 1 / 300, burst: 6 })
/** 30 at once, one in ten seconds after that. */
const networkCharge = (network: string) => ({ name: `network ${network}`, cost: 1, rate: 0.1, burst: 30 })

type TurnEffect = Extract<RelayEffect, { kind: 'turn' }>

/**
 * Hands out TURN credentials that expire after an hour (TURN REST API). The user in them is a pseudonym of the relay address, so
 * that the TURN server can limit each user without learning the address.
 *
 * @param now - milliseconds on a monotonic clock
 * @param date - milliseconds since 1970
 */
export function createTurnDesk({ turn, turnSecret }: IceSettings, now: () => number, date: () => number) {
  const buckets = createBuckets(now)
  const hmac = (hash: string, text: string) => createHmac(hash, turnSecret).update(text)
  return ({ request, address, network }: TurnEffect): ResponseFrame => {
    if (turn.length === 0)
      return { kind: 'turn-servers', request, urls: [], username: '', credential: '', seconds: 0 }
    buckets.sweep(10)
    const charges = [userCharge(address), ...(network === null ? [] : [networkCharge(network)])]
    const retryAfterMs = buckets.spend(charges)
    if (retryAfterMs > 0) return { kind: 'refused', request, code: 'network-rate', retryAfterMs }
    const user = hmac('sha256', `${USER_LABEL}${address}`).digest('hex').slice(0, 16)
    const username = `${Math.floor(date() / 1000) + LIFETIME_S}:${user}`
    const credential = hmac('sha1', username).digest('base64')
    return { kind: 'turn-servers', request, urls: turn, username, credential, seconds: LIFETIME_S }
  }
}
