/** What a Content Security Policy says, as far as this page rests on it. */
export interface PolicyFacts {
  /** One a line. */
  readonly directives: readonly string[]
  /** Nothing is allowed that is not named, and code comes from this origin's files alone. */
  readonly strict: boolean
  readonly demandsTrustedTypes: boolean
}

const ownOnly = ['script-src', 'style-src', 'worker-src']

/** `null` where the page came without a policy. */
export const readPolicy = (header: string | null): PolicyFacts | null => {
  const directives = (header ?? '')
    .split(';')
    .map((directive) => directive.trim())
    .filter((directive) => directive !== '')
  if (directives.length === 0) return null
  const sources = new Map(
    directives.map((directive) => {
      const [name = '', ...values] = directive.split(/\s+/)
      return [name.toLowerCase(), values.join(' ')]
    }),
  )
  return {
    directives,
    strict:
      sources.get('default-src') === "'none'" && ownOnly.every((name) => sources.get(name) === "'self'"),
    demandsTrustedTypes: sources.get('require-trusted-types-for') === "'script'",
  }
}

/** Asks the relay for the page once more, and reads what came with it. */
export const fetchPolicy = async (): Promise<PolicyFacts | null> => {
  const answer = await fetch(location.pathname, { method: 'HEAD', cache: 'no-store' })
  return readPolicy(answer.headers.get('content-security-policy'))
}
