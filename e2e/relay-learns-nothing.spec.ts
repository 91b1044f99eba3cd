import { createHash, randomBytes } from 'node:crypto'
import { networkInterfaces } from 'node:os'
import { expect, test, unique } from './fixtures.ts'
import { requireHostCandidates } from './ice.ts'
import { waitForAgreement } from './member.ts'
import { frames, openRaw } from './raw-socket.ts'
import type { RecordedFrame } from './relay.ts'
import {
  derivations,
  derivedNeedles,
  findNeedles,
  sessionDescriptionNeedles,
  textNeedles,
} from './secrets.ts'

/** All frames of one socket and direction in a row, so that nothing hides by being spread over several. */
function recording(recorded: readonly RecordedFrame[]): Buffer[] {
  const rows = new Map<string, Buffer[]>()
  for (const { direction, socket, bytes } of recorded) {
    const key = `${direction} ${socket}`
    rows.set(key, [...(rows.get(key) ?? []), bytes])
  }
  return [...rows.values()].map((row) => Buffer.concat(row))
}

/** Addresses of this machine that a tab could give away; short ones could occur by chance. */
const addressNeedles = () =>
  Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ address }) => address.length > 6)
    .flatMap(({ address }) => textNeedles('address of this machine', address))

test('the relay sees no name, message, password, address, or anything a password guess could be tested on', async ({
  room,
  context,
}) => {
  test.setTimeout(120_000)
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
  // Descriptions of the direct links have passed once these are up.
  for (const member of all) await member.waitForLinks('direct', 2)
  await sayAll('late message')

  // One more whose messages all go by the relay, and one who does not know the password.
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

  const seen = recording(room.relay.frames)
  expect(room.relay.frames.filter(({ direction }) => direction === 'in').length).toBeGreaterThan(20)
  expect(room.relay.frames.filter(({ direction }) => direction === 'out').length).toBeGreaterThan(20)

  const secrets = [
    ...[...names, relayed.name, outsider.name].flatMap((name) => textNeedles('name', name)),
    ...[...texts, relayedText].flatMap((text) => textNeedles('message', text)),
    ...[password, wrongPassword].flatMap((word) => textNeedles('password', word)),
    ...textNeedles('group name', group),
    // A message or name that was cut, padded or split still shows this.
    ...textNeedles('part of a canary', 'canary'),
    ...derivedNeedles({ password, group }),
    ...derivedNeedles({ password: wrongPassword, group }),
  ]
  expect(findNeedles(seen, [...secrets, ...sessionDescriptionNeedles, ...addressNeedles()])).toEqual([])
  expect(findNeedles(requests, secrets)).toEqual([])
})

test.describe('the search that the promise rests on', () => {
  const password = unique('planted pässword')
  const group = unique('planted group')
  const around = (bytes: Uint8Array) => Buffer.concat([randomBytes(997), bytes, randomBytes(1009)])

  test('finds what passes the relay', async ({ room }) => {
    const planted = unique('planted canary')
    const receiver = await openRaw(room.relay.socketUrl)
    const sender = await openRaw(room.relay.socketUrl)
    const secret = randomBytes(32)
    receiver.send(frames.hello(secret))
    sender.send(frames.hello(randomBytes(32)))
    const welcome = await receiver.receive(frames.isWelcome)
    const address = welcome.subarray(2, 34)
    const roomFrame = Buffer.concat([Buffer.from([1, 0x02]), randomBytes(32)])
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
    test(`finds the ${what}`, () => {
      const needles = derivedNeedles({ password, group })
      for (const value of values({ password, group })) {
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
