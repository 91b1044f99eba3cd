import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { requireHostCandidates } from './fixtures/ice.ts'
import { waitForAgreement } from './fixtures/member.ts'
import {
  effectiveOf,
  fullSidOf,
  generatorOf,
  offlineEvidence,
  type RecordedRun,
  randomPad,
  recordedRuns,
  vectorPad,
  windowsOf,
} from './fixtures/offline-guess.ts'
import { frames, openRaw } from './fixtures/raw-socket.ts'
import type { RecordedFrame } from './fixtures/relay.ts'
import {
  derivations,
  derivedNeedles,
  findNeedles,
  sessionDescriptionNeedles,
  stretch,
  textNeedles,
} from './fixtures/secrets.ts'
import { expect, test, unique } from './fixtures/test.ts'

/** All frames of one socket and direction joined, so that nothing hides by being split over several. */
function recording(recorded: readonly RecordedFrame[]): Buffer[] {
  const rows = new Map<string, Buffer[]>()
  for (const { direction, socket, bytes } of recorded) {
    const key = `${direction} ${socket}`
    rows.set(key, [...(rows.get(key) ?? []), bytes])
  }
  return [...rows.values()].map((row) => Buffer.concat(row))
}

/** Addresses of this machine that a tab could reveal. Short ones could occur by chance. */
const addressNeedles = () =>
  Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ address }) => address.length > 6)
    .flatMap(({ address }) => textNeedles('address of this machine', address))

test('the relay sees no name, message, password or address, and nothing that a password guess could be tested on', async ({
  room,
  context,
}) => {
  const names = ['Alice', 'Bob', 'Carol'].map((name) => unique(`canary ${name}`))
  const password = unique('canary pässword')
  const group = unique('canary group')
  const requests: Buffer[] = []
  context.on('request', (request) => {
    requests.push(
      Buffer.from(`${request.url()} ${request.postData() ?? ''} ${JSON.stringify(request.headers())}`),
    )
  })

  const all = await Promise.all(names.map((name) => room.openMember(name, { group, password })))
  const [alice, bob, carol] = all
  if (alice === undefined || bob === undefined || carol === undefined)
    throw new Error('three tabs were opened')
  await requireHostCandidates(alice.page)
  for (const member of all) await member.join()
  await waitForAgreement(all)
  const texts: string[] = []
  const sayAll = async (what: string) => {
    for (const sender of all) {
      const text = unique(`canary ${what}`)
      texts.push(text)
      await sender.say(text)
      for (const reader of all) await expect(reader.message(text)).toHaveCount(1)
    }
  }
  await sayAll('early message')
  // Once these links are up, their descriptions have passed the relay.
  for (const member of all) await member.waitForLinks('direct', 2)
  await sayAll('late message')

  // One more member who uses only the relay, and one who does not know the password.
  const relayed = await room.openMember(unique('canary Dave'), { group, password, query: 'transport=relay' })
  await relayed.join()
  await waitForAgreement([...all, relayed])
  const relayedText = unique('canary relayed message')
  await relayed.say(relayedText)
  await expect(alice.message(relayedText)).toHaveCount(1)
  const wrongPassword = unique('canary wrong')
  const outsider = await room.openMember(unique('canary Eve'), { group, password: wrongPassword })
  await outsider.fill()
  await outsider.submit()
  await expect(outsider.alert).toContainText(/refused/i)
  await carol.leave()
  await waitForAgreement([alice, bob, relayed])

  // Another room, in which everything goes through the relay.
  const hidden = { group: unique('canary group'), password: unique('canary pässword') }
  const grace = await room.openMember(unique('canary Grace'), { ...hidden, query: 'transport=relay' })
  const heidi = await room.openMember(unique('canary Heidi'), { ...hidden, query: 'transport=relay' })
  for (const member of [grace, heidi]) await member.join()
  await waitForAgreement([grace, heidi])
  for (const [sender, reader] of [
    [grace, heidi],
    [heidi, grace],
  ] as const) {
    const text = unique('canary hidden message')
    texts.push(text)
    await sender.say(text)
    await expect(reader.message(text)).toHaveCount(1)
  }
  await heidi.leave()
  await waitForAgreement([grace])

  const seen = recording(room.relay.frames)
  expect(room.relay.frames.filter(({ direction }) => direction === 'in').length).toBeGreaterThan(20)
  expect(room.relay.frames.filter(({ direction }) => direction === 'out').length).toBeGreaterThan(20)

  const secrets = [
    ...[...names, relayed.name, outsider.name, grace.name, heidi.name].flatMap((name) =>
      textNeedles('name', name),
    ),
    ...[...texts, relayedText].flatMap((text) => textNeedles('message', text)),
    ...[password, wrongPassword, hidden.password].flatMap((word) => textNeedles('password', word)),
    ...[group, hidden.group].flatMap((name) => textNeedles('group name', name)),
    // A part that survives if a message or name is cut, padded or split.
    ...textNeedles('part of a canary', 'canary'),
    ...(await derivedNeedles({ password, group })),
    ...(await derivedNeedles({ password: wrongPassword, group })),
    ...(await derivedNeedles(hidden)),
  ]
  expect(findNeedles(seen, [...secrets, ...sessionDescriptionNeedles, ...addressNeedles()])).toEqual([])
  expect(findNeedles(requests, secrets)).toEqual([])

  // Now guess: the right password is among the candidates, and nothing in the recording tells which one it is.
  const runs = recordedRuns(room.relay.frames)
  expect(runs.length, 'complete runs of the password exchange').toBeGreaterThanOrEqual(8)
  const windows = windowsOf(seen)
  for (const guessed of [{ group, password }, { group, password: wrongPassword }, hidden]) {
    const list = [...decoys, guessed.password]
    for (const guess of list) {
      const stretched = await stretch({ group: guessed.group, password: guess })
      expect(offlineEvidence(stretched, { group: guessed.group, runs, windows })).toEqual([])
    }
  }
})

const decoys = ['123456', 'password', 'canary pässword', '🦉', 'correct horse battery staple', '']

/**
 * Someone with the recording, for whom the first stage's Diffie-Hellman stays closed. src/pake/offline.test.ts goes
 * deeper: with a thousand candidates it measures how each one's unmasked key decodes, and finds the right one as
 * soon as Kemeleon or the first stage is left out.
 */
test.describe('the offline guesser', () => {
  const group = 'planted group'
  const password = 'planted pässword'
  const ids = { initiator: randomBytes(16), responder: randomBytes(16) }
  const share = () => Buffer.concat([randomBytes(32), Buffer.from([0, 32]), randomBytes(32)])
  const plain = (): RecordedRun => ({
    ...ids,
    flows: [share(), share(), randomBytes(1658), randomBytes(2848), randomBytes(96)],
  })
  /** The evidence for each guess; the last one is right. */
  const guess = async (run: RecordedRun, more: readonly Buffer[] = []) => {
    const windows = windowsOf([...run.flows, ...more])
    const all = await Promise.all([...decoys, password].map((word) => stretch({ group, password: word })))
    return all.map((stretched) => offlineEvidence(stretched, { group, runs: [run], windows }))
  }
  const nothing = decoys.map(() => [])
  const rawKey = () => {
    const key = randomBytes(1530)
    for (let i = 0; i + 3 <= 1530; i += 3) {
      const [a, b] = [randomBytes(2).readUInt16BE() % 3329, randomBytes(2).readUInt16BE() % 3329]
      key.set([a & 255, (a >> 8) | ((b & 15) << 4), b >> 4], i)
    }
    return key
  }

  test('computes what the members compute: it reproduces the pinned example of src/pake', async () => {
    const hex = (digits: string | undefined) => Buffer.from(digits ?? '', 'hex')
    const pinned = JSON.parse(await readFile('src/pake/vectors/cpace-oquake.json', 'utf8')) as {
      runs: {
        protocol: string
        inputs: Record<string, string>
        intermediate: Record<string, string>
        messages: string[]
      }[]
    }
    const run = pinned.runs.find(({ protocol }) => protocol === 'CPaceOQUAKE+')
    if (run === undefined) throw new Error('no example')
    const verifier = hex(run.inputs.verifier)
    const [a, b, c, d, e] = run.messages.map(hex)
    if (!a || !b || !c || !d || !e) throw new Error('a run has five flows')
    const recorded: RecordedRun = {
      initiator: hex(run.inputs.U),
      responder: hex(run.inputs.S),
      flows: [a, b, c, d, e],
    }
    const { generator, fullsid, ISK, effective_PRS, upk } = run.intermediate
    expect(generatorOf(verifier, recorded).toString('hex')).toBe(generator)
    expect(fullSidOf(recorded).toString('hex')).toBe(fullsid)
    // Somebody with the first stage's secret could continue; the security rests on nobody having it.
    const effective = effectiveOf(verifier, fullSidOf(recorded), hex(ISK).subarray(0, 32))
    expect(effective.toString('hex')).toBe(effective_PRS)
    const [s, masked, rho] = [c.subarray(0, 96), c.subarray(96, -32), c.subarray(-32)]
    const mask = (bytes: Buffer, pad: Buffer) => Buffer.from(bytes.map((byte, i) => byte ^ (pad[i] ?? 0)))
    const r = mask(s, randomPad(effective, fullSidOf(recorded), rho, masked))
    const key = mask(masked, vectorPad(effective, fullSidOf(recorded), rho, r))
    expect(Buffer.concat([key, rho]).toString('hex')).toBe(upk)
  })

  test('learns nothing from random bytes', async () => {
    expect(await guess(plain())).toEqual([...nothing, []])
  })

  test('finds the password where a value computed from it is planted', async () => {
    const stretched = await stretch({ group, password })
    const values = [
      stretched.verifier.subarray(0, 16),
      stretched.seed,
      stretched.once,
      createHash('sha256').update(stretched.verifier).digest(),
    ]
    for (const value of values) {
      const frame = Buffer.concat([randomBytes(100), value, randomBytes(100)])
      const found = await guess(plain(), [frame])
      expect(found.slice(0, -1)).toEqual(nothing)
      expect(found.at(-1)).not.toEqual([])
    }
  })

  test('finds it where a share is the generator', async () => {
    const run = plain()
    const verifier = (await stretch({ group, password })).verifier
    run.flows[0].set(generatorOf(verifier, run), 34)
    expect(await guess(run)).toEqual([...nothing, ['CPace element']])
  })

  for (const stage of ['without the first stage', 'with a first stage that anybody can compute']) {
    test(`finds it where the key is masked ${stage} and not encoded uniformly`, async () => {
      const run = plain()
      const verifier = (await stretch({ group, password })).verifier
      const fullsid = fullSidOf(run)
      const e = stage.startsWith('without') ? verifier : effectiveOf(verifier, fullsid, Buffer.alloc(32))
      const [key, rho, r] = [rawKey(), randomBytes(32), randomBytes(96)]
      const mask = (bytes: Buffer, pad: Buffer) => Buffer.from(bytes.map((byte, i) => byte ^ (pad[i] ?? 0)))
      const masked = mask(key, vectorPad(e, fullsid, rho, r))
      run.flows[2].set(Buffer.concat([mask(r, randomPad(e, fullsid, rho, masked)), masked, rho]))
      const found = await guess(run)
      expect(found.slice(0, -1)).toEqual(nothing)
      expect(found.at(-1)).toContain('coefficients below q')
    })
  }
})

test.describe('the search that the promise depends on', () => {
  const password = unique('planted pässword')
  const group = unique('planted group')
  const around = (bytes: Uint8Array) => Buffer.concat([randomBytes(997), bytes, randomBytes(1009)])

  test('finds what passes through the relay', async ({ room }) => {
    const planted = unique('planted canary')
    const receiver = await openRaw(room.relay.socketUrl)
    const sender = await openRaw(room.relay.socketUrl)
    const secret = randomBytes(32)
    receiver.send(frames.hello(secret))
    sender.send(frames.hello(randomBytes(32)))
    const welcome = await receiver.receive(frames.isWelcome)
    const address = welcome.subarray(2, 34)
    const roomFrame = frames.join(randomBytes(32))
    for (const socket of [receiver, sender]) {
      socket.send(roomFrame)
      await socket.receive(frames.isJoined)
    }
    sender.send(frames.send(address, around(Buffer.from(planted))))
    await receiver.receive((frame) => frame.includes(planted))
    for (const socket of [receiver, sender]) socket.close()

    for (const direction of ['in', 'out']) {
      const rows = recording(room.relay.frames.filter((frame) => frame.direction === direction))
      expect(findNeedles(rows, textNeedles('planted', planted))).toEqual(['planted'])
      expect(findNeedles(rows, textNeedles('absent', unique('absent')))).toEqual([])
    }
  })

  test('finds a text in every encoding', () => {
    const text = 'canary ünïcode \u{1f989}'
    const needles = textNeedles('planted', text)
    const utf8 = Buffer.from(text)
    const longer = Buffer.from(`é${text}!`)
    const shifted = Buffer.from(`ab${text}?`)
    const encoded = [
      utf8,
      Buffer.from(text, 'utf16le'),
      Buffer.from(text, 'utf16le').swap16(),
      Buffer.from(text.normalize('NFD')),
      ...[utf8, longer, shifted, Buffer.from(text, 'utf16le')].flatMap((bytes) => [
        Buffer.from(bytes.toString('hex')),
        Buffer.from(bytes.toString('hex').toUpperCase()),
        Buffer.from(bytes.toString('base64')),
        Buffer.from(bytes.toString('base64url')),
      ]),
      Buffer.from(encodeURIComponent(text)),
    ]
    for (const bytes of encoded) expect(findNeedles([around(bytes)], needles)).toEqual(['planted'])
    expect(findNeedles([around(Buffer.from('another text'))], needles)).toEqual([])
  })

  for (const { what, values } of derivations) {
    test(`finds the ${what}`, async () => {
      const needles = await derivedNeedles({ password, group })
      for (const value of await values({ password, group })) {
        const cut = value.subarray(0, 16)
        for (const bytes of [
          value,
          cut,
          Buffer.from(value.toString('hex')),
          Buffer.from(value.toString('base64')),
        ]) {
          expect(findNeedles([around(bytes)], needles)).toContain(what)
        }
      }
      const other = createHash('sha256').update(randomBytes(32)).digest()
      expect(findNeedles([around(other)], needles)).toEqual([])
    })
  }

  test('finds a WebRTC description', () => {
    const description =
      'v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\na=ice-ufrag:abcd\r\na=candidate:1 1 udp 1 x.local 9 typ host\r\n'
    const expected = ['v=0\r\n', 'candidate:', 'a=ice', 'typ host']
    for (const bytes of [Buffer.from(description), Buffer.from(JSON.stringify({ sdp: description }))]) {
      const found = findNeedles([around(bytes)], sessionDescriptionNeedles)
      for (const marker of expected) expect(found).toContain(`WebRTC description (${JSON.stringify(marker)})`)
    }
    expect(findNeedles([randomBytes(4 * 2 ** 20)], sessionDescriptionNeedles)).toEqual([])
  })
})
