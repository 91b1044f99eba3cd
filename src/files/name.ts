/**
 * Names and types of files as they travel and are saved: nothing in them can leave a folder, hide an ending, reverse a
 * text or run. Fixed lists only, so that all engines agree. Rules in SPEC.md, "Names".
 */

import { characterClass, otherSpaces, unseenPoints, utf8 } from '../codec/index.ts'

/** Longest name, in bytes of UTF-8. */
export const maxNameBytes = 200
const maxEndingBytes = 16
const fallbackName = 'file'
const plainType = 'application/octet-stream'
export const maxTypeBytes = 127

const unseen = new RegExp(characterClass(unseenPoints), 'gu')
/** What a file system somewhere reads as more than a letter. */
const reserved = /[<>:"/\\|?*%]/g
const spaces = new RegExp(characterClass(otherSpaces), 'gu')
const devices = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i

const sizeOf = (text: string): number => utf8(text).length

/** The longest prefix of `text` that fits the given number of bytes, in whole code points. */
const cut = (text: string, bytes: number): string => {
  let kept = ''
  let size = 0
  for (const point of text) {
    size += sizeOf(point)
    if (size > bytes) break
    kept += point
  }
  return kept
}

/** Cuts the middle out, so that the ending stays what it was. */
const shorten = (name: string): string => {
  if (sizeOf(name) <= maxNameBytes) return name
  const dot = name.lastIndexOf('.')
  const ending = dot > 0 && sizeOf(name.slice(dot)) <= maxEndingBytes ? name.slice(dot) : ''
  const body = ending === '' ? name : name.slice(0, dot)
  return cut(body, maxNameBytes - sizeOf(ending)) + ending
}

const trim = (name: string): string => name.replace(/^[ .]+|[ .]+$/g, '')

const tidy = (given: string): string => {
  const own = given.split(/[/\\]/).at(-1) ?? ''
  const plain = own.replace(unseen, '').replace(spaces, ' ').replace(reserved, '_')
  const name = trim(shorten(trim(plain)))
  if (name === '') return fallbackName
  return devices.test(name) ? trim(shorten(`_${name}`)) : name
}

/**
 * @param given - a name from anywhere, perhaps with folders
 * @returns what it is sent, shown and saved as; a name of this form stays as it is
 */
export const neutralName = (given: string): string => tidy(given.normalize('NFC'))

/** Whether a name from outside has that form, but for its normalization, which depends on an engine's tables. */
export const isNeutralName = (name: string): boolean => tidy(name) === name

const token = '[a-z0-9!#$&^_.+-]{1,63}'
const mediaType = new RegExp(`^${token}/${token}$`)

/**
 * @param given - a media type from anywhere, perhaps with parameters
 * @returns its type and subtype (RFC 6838 §4.2), or the plainest one
 */
export const neutralType = (given: string): string => {
  const [type = ''] = given.toLowerCase().split(';')
  const plain = type.trim()
  return mediaType.test(plain) ? plain : plainType
}

export const isNeutralType = (type: string): boolean => neutralType(type) === type
