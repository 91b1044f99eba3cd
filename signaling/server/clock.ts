/**
 * The time by which stored data expires: the computer's clock, except that a jump ahead while the relay runs does not
 * count, or a wrong clock would delete everything at once.
 */

/** Larger differences are jumps. */
const JUMP_MS = 60_000

/**
 * @param wall - milliseconds since 1970
 * @param steady - milliseconds on a monotonic clock
 * @param onJump - told of each jump ahead, with its length
 */
export function createClock(
  wall: () => number,
  steady: () => number,
  onJump: (ms: number) => void,
): () => number {
  let offset = wall() - steady()
  let reported = 0
  return () => {
    const ahead = wall() - steady() - offset
    if (ahead <= JUMP_MS) {
      // Slow corrections and steps back are followed.
      offset += ahead
      reported = 0
    } else if (Math.abs(ahead - reported) > JUMP_MS) {
      reported = ahead
      onJump(ahead)
    }
    return steady() + offset
  }
}
