import type { Engines } from '../src/crypto/index.ts'
import { nativeEngines } from '../src/crypto/simulation/node-engines.ts'

/** What Node can do natively, as a browser does with its Web Crypto: AES-GCM, X25519 and ML-KEM by OpenSSL. */
export const fastEngines = async (): Promise<Engines> => nativeEngines()
