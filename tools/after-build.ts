/** A step after the app was built, and not after the relay. */
export const afterBuild = (name: string, run: (directory: string) => void) => {
  let directory: string | null = null
  return {
    name,
    apply: 'build' as const,
    configResolved(config: { build: { outDir: string; ssr: string | boolean } }) {
      directory = config.build.ssr === false ? config.build.outDir : null
    },
    closeBundle() {
      if (directory !== null) run(directory)
    },
  }
}
