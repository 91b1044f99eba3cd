export { characterClass, otherSpaces, unseenPoints } from './characters.ts'
export { type Bytes, type Codec, DecodeError, decode, encode, Reader } from './codec.ts'
export {
  bool,
  bytes,
  concat,
  equal,
  fixed,
  fromHex,
  hexId,
  list,
  oneOf,
  optional,
  struct,
  text,
  toHex,
  u8,
  u16,
  u32,
  u48,
  union,
  utf8,
  view,
} from './codecs.ts'
export { pad, padmeLength, unpad } from './padding.ts'
