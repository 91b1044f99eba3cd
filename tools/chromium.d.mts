/** Path of a Chromium that starts, or `null`. Throws if CHROMIUM_PATH names no program. */
export function findChromium(): string | null
