import {
  CiphertextMessageType,
  IdentityChange,
  IdentityKeyPair,
  IdentityKeyStore,
  KEMKeyPair,
  KyberPreKeyRecord,
  KyberPreKeyStore,
  PreKeyBundle,
  PreKeyRecord,
  PreKeySignalMessage,
  PreKeyStore,
  PrivateKey,
  ProtocolAddress,
  processPreKeyBundle,
  SessionStore,
  SignalMessage,
  SignedPreKeyRecord,
  SignedPreKeyStore,
  signalDecrypt,
  signalDecryptPreKey,
  signalEncrypt,
} from '@signalapp/libsignal-client'

class Sessions extends SessionStore {
  #records = new Map()
  async saveSession(address, record) {
    this.#records.set(address.toString(), record)
  }
  async getSession(address) {
    return this.#records.get(address.toString()) ?? null
  }
  async getExistingSessions(addresses) {
    return addresses.flatMap((address) => this.#records.get(address.toString()) ?? [])
  }
}

class Identities extends IdentityKeyStore {
  #pair = IdentityKeyPair.generate()
  #known = new Map()
  async getIdentityKeyPair() {
    return this.#pair
  }
  async getIdentityKey() {
    return this.#pair.privateKey
  }
  async getLocalRegistrationId() {
    return 1
  }
  async saveIdentity(address, key) {
    this.#known.set(address.toString(), key)
    return IdentityChange.NewOrUnchanged
  }
  async isTrustedIdentity() {
    return true
  }
  async getIdentity(address) {
    return this.#known.get(address.toString()) ?? null
  }
}

class PreKeys extends PreKeyStore {
  #records = new Map()
  async savePreKey(id, record) {
    this.#records.set(id, record)
  }
  async getPreKey(id) {
    return this.#records.get(id)
  }
  async removePreKey(id) {
    this.#records.delete(id)
  }
}

class SignedPreKeys extends SignedPreKeyStore {
  #records = new Map()
  async saveSignedPreKey(id, record) {
    this.#records.set(id, record)
  }
  async getSignedPreKey(id) {
    return this.#records.get(id)
  }
}

class KyberPreKeys extends KyberPreKeyStore {
  #records = new Map()
  async saveKyberPreKey(id, record) {
    this.#records.set(id, record)
  }
  async getKyberPreKey(id) {
    return this.#records.get(id)
  }
  async markKyberPreKeyUsed() {}
}

const createEnd = (name) => ({
  address: ProtocolAddress.new(name, 1),
  sessions: new Sessions(),
  identities: new Identities(),
  preKeys: new PreKeys(),
  signed: new SignedPreKeys(),
  kyber: new KyberPreKeys(),
})

const publish = async (end) => {
  const { privateKey: identity, publicKey: identityKey } = await end.identities.getIdentityKeyPair()
  const one = PrivateKey.generate()
  const signed = PrivateKey.generate()
  const kyber = KEMKeyPair.generate()
  const signedSignature = identity.sign(signed.getPublicKey().serialize())
  const kyberSignature = identity.sign(kyber.getPublicKey().serialize())
  await end.preKeys.savePreKey(1, PreKeyRecord.new(1, one.getPublicKey(), one))
  await end.signed.saveSignedPreKey(
    1,
    SignedPreKeyRecord.new(1, Date.now(), signed.getPublicKey(), signed, signedSignature),
  )
  await end.kyber.saveKyberPreKey(1, KyberPreKeyRecord.new(1, Date.now(), kyber, kyberSignature))
  return PreKeyBundle.new(
    1,
    1,
    1,
    one.getPublicKey(),
    1,
    signed.getPublicKey(),
    signedSignature,
    identityKey,
    1,
    kyber.getPublicKey(),
    kyberSignature,
  )
}

export const createSignalPair = async () => {
  const ends = [
    createEnd('9d0652a3-dcc3-4d11-975f-74d61598733f'),
    createEnd('796abedb-ca4e-4f18-8803-1fde5b921f9f'),
  ]
  await processPreKeyBundle(
    await publish(ends[1]),
    ends[1].address,
    ends[0].address,
    ends[0].sessions,
    ends[0].identities,
  )
  const sealAny = (side, plaintext) => {
    const { address, sessions, identities } = ends[side]
    return signalEncrypt(plaintext, ends[1 - side].address, address, sessions, identities)
  }
  const openAny = (side, message) => {
    const { address, sessions, identities, preKeys, signed, kyber } = ends[side]
    const from = ends[1 - side].address
    if (message.type() === CiphertextMessageType.PreKey) {
      const parsed = PreKeySignalMessage.deserialize(message.serialize())
      return signalDecryptPreKey(parsed, from, address, sessions, identities, preKeys, signed, kyber)
    }
    return signalDecrypt(SignalMessage.deserialize(message.serialize()), from, address, sessions, identities)
  }
  for (const side of [0, 1, 0, 1, 0, 1]) {
    await openAny(1 - side, await sealAny(side, new Uint8Array(16)))
  }
  return {
    seal: async (side, plaintext) => (await sealAny(side, plaintext)).serialize(),
    open: (side, message) => {
      const { address, sessions, identities } = ends[side]
      const from = ends[1 - side].address
      return signalDecrypt(SignalMessage.deserialize(message), from, address, sessions, identities)
    },
  }
}
