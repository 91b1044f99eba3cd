import {
  createCommit,
  createGroup,
  decodeMlsMessage,
  defaultCapabilities,
  defaultLifetime,
  emptyPskIndex,
  encodeMlsMessage,
  generateKeyPackage,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
  joinGroup,
  processPrivateMessage,
  zeroOutUint8Array,
} from 'ts-mls'

const identity = (i) => ({ credentialType: 'basic', identity: new TextEncoder().encode(`member ${i}`) })
const wipe = (consumed) => {
  for (const bytes of consumed) zeroOutUint8Array(bytes)
}

export const createMlsGroup = async (n, suite) => {
  const impl = await getCiphersuiteImpl(getCiphersuiteFromName(suite))
  const packages = []
  for (let i = 0; i < n; i++) {
    packages.push(await generateKeyPackage(identity(i), defaultCapabilities(), defaultLifetime, [], impl))
  }
  const id = new TextEncoder().encode('bench')
  const states = [await createGroup(id, packages[0].publicPackage, packages[0].privatePackage, [], impl)]
  const extraProposals = packages
    .slice(1)
    .map(({ publicPackage }) => ({ proposalType: 'add', add: { keyPackage: publicPackage } }))
  const added = await createCommit({ state: states[0], cipherSuite: impl }, { extraProposals })
  wipe(added.consumed)
  states[0] = added.newState
  // Every second leaf and the two that are measured: their commits fill the whole tree.
  const kept = [0, 1]
  for (let i = 2; i < n; i += 2) kept.push(i)
  for (const i of kept.slice(1)) {
    const { publicPackage, privatePackage } = packages[i]
    const tree = states[0].ratchetTree
    states[i] = await joinGroup(added.welcome, publicPackage, privatePackage, emptyPskIndex, impl, tree)
  }

  const commit = async (i) => {
    const made = await createCommit({ state: states[i], cipherSuite: impl })
    wipe(made.consumed)
    states[i] = made.newState
    return encodeMlsMessage(made.commit)
  }
  const process = async (i, bytes) => {
    const message = decodeMlsMessage(bytes, 0)[0]
    const done = await processPrivateMessage(states[i], message.privateMessage, emptyPskIndex, impl)
    wipe(done.consumed)
    states[i] = done.newState
  }
  for (const author of kept) {
    const bytes = await commit(author)
    for (const i of kept) if (i !== author) await process(i, bytes)
  }
  return { commit: () => commit(0), process: (bytes) => process(1, bytes) }
}
