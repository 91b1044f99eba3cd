/** ML-KEM-768 of liboqs in WebAssembly. It draws its own randomness. */
export interface Liboqs {
  generateKeyPair(): {
    readonly publicKey: Uint8Array<ArrayBuffer>
    readonly secretKey: Uint8Array<ArrayBuffer>
  }
  encapsulate(publicKey: Uint8Array): {
    readonly ciphertext: Uint8Array<ArrayBuffer>
    readonly sharedSecret: Uint8Array<ArrayBuffer>
  }
  decapsulate(ciphertext: Uint8Array, secretKey: Uint8Array): Uint8Array<ArrayBuffer>
}

export const createLiboqs: () => Promise<Liboqs>
